/**
 * What is mutated, and which tests have to notice. Tests are named, not found: a group runs in minutes because the
 * slow ones (real processes, thousands of random runs) are left out, and what they alone would notice is missed.
 */

const core = 'packages/core/src';
const mob = 'packages/provider-mob/src';

/** @type {ReadonlyArray<{ name: string, mutate: readonly string[], tests: readonly string[] }>} */
export const groups = [
  {
    name: 'outcomes',
    mutate: [
      `${core}/provider-kit/{http-exchange,http-transport,http-transport-options,transport-failure,outcomes}.ts`,
      `${core}/provider-kit/{content-encoding,dns-lookup,happy-eyeballs}.ts`,
      `${core}/delivery/{account,circuits/provider-health,delivery-failure}.ts`,
      `${mob}/{sms-status,custom-status,status-outcomes,answer}.ts`,
    ],
    tests: [
      `${core}/provider-kit/{http-*,transport-failure,outcomes,content-encoding,dns-lookup,happy-eyeballs}.test.ts`,
      `!${core}/provider-kit/http-{connecting,proxy,stalled-loop}.test.ts`,
      `${core}/delivery/{settle-by-deadline,circuits/provider-health,delivery-failure}.test.ts`,
      `${mob}/{status-tables,answer}.test.ts`,
    ],
  },
  {
    name: 'policy',
    mutate: [`${core}/errors/*.ts`, `${core}/delivery/{router,further-attempts,circuits/circuit-times}.ts`],
    tests: [
      `${core}/errors/*.test.ts`,
      `${core}/delivery/{router,attempt-share,retry-budget,circuits/*}.test.ts`,
      `${core}/client/sms-client-{routes,shares}.test.ts`,
    ],
  },
  {
    name: 'routing',
    mutate: [`${core}/delivery/{plan-route,prepare-message}.ts`],
    tests: [`${core}/delivery/{plan-route*,prepare-message}.test.ts`],
  },
  {
    name: 'pace',
    mutate: [`${core}/provider-kit/{pace,turn-schedule}.ts`, `${core}/rate/{learned-rate,rate-gate}.ts`],
    tests: [
      `${core}/provider-kit/{pace,turn-schedule}.test.ts`,
      `${core}/rate/*.test.ts`,
      `${core}/delivery/batches/send-many-rate.test.ts`,
    ],
  },
  {
    name: 'codes',
    mutate: [
      `${core}/verification/*.ts`,
      `!${core}/verification/{memory-*,subject-*}.ts`,
      `${core}/verification/verification-requests.ts`,
    ],
    tests: [
      `${core}/verification/*.test.ts`,
      `${core}/client/verification*.test.ts`,
      `!${core}/verification/memory-*.test.ts`,
      `!${core}/client/verifications-races.test.ts`,
    ],
  },
  {
    name: 'guard',
    mutate: [`${core}/guard/*.ts`],
    tests: [`${core}/guard/*.test.ts`],
  },
  {
    name: 'memory',
    mutate: [
      `${core}/verification/{memory-verification-store,subject-*}.ts`,
      `${core}/idempotency/{memory-idempotency-store,idempotent-sends}.ts`,
      `${core}/stores/*.ts`,
      `${core}/guard/memory-limit-store.ts`,
    ],
    tests: [
      `${core}/verification/{memory-*,subject-*}.test.ts`,
      `${core}/idempotency/{memory-idempotency-*,idempotent-sends*}.test.ts`,
      `${core}/stores/*.test.ts`,
      `${core}/guard/memory-limit-store.test.ts`,
      'packages/conformance/src/stores/describe-sms-stores.test.ts',
    ],
  },
  {
    name: 'redis',
    mutate: ['packages/store-redis/src/**/*.ts'],
    tests: ['packages/store-redis/src/**/*.test.ts', '!packages/store-redis/src/{redis-cluster,redis-faults}.test.ts'],
  },
];
