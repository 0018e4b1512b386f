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
      `${core}/delivery/{account,read-outcome,circuits/provider-health,delivery-failure}.ts`,
      `${mob}/{sms-status,custom-status,status-outcomes,answer}.ts`,
    ],
    tests: [
      `${core}/provider-kit/{http-*,transport-failure,outcomes,content-encoding,dns-lookup,happy-eyeballs}.test.ts`,
      `!${core}/provider-kit/http-{connecting,proxy,stalled-loop}.test.ts`,
      `${core}/delivery/{settle-by-deadline,read-outcome,circuits/provider-health,delivery-failure}.test.ts`,
      `${mob}/{status-tables,answer}.test.ts`,
    ],
  },
  {
    name: 'errors',
    mutate: [`${core}/errors/*.ts`],
    tests: [`${core}/errors/*.test.ts`],
  },
  {
    name: 'policy',
    mutate: [`${core}/delivery/{router,further-attempts,circuits/circuit,circuits/circuit-times}.ts`],
    tests: [
      `${core}/delivery/{router*,attempt-share,retry-budget,circuits/*}.test.ts`,
      `!${core}/delivery/circuits/{opossum-*,circuit-breaker-options}.test.ts`,
      `${core}/client/{sms-client-routes,sms-client-shares}.test.ts`,
    ],
  },
  {
    name: 'routing',
    mutate: [`${core}/delivery/{plan-route,plan-error,prepare-message}.ts`],
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
    name: 'messages',
    mutate: [`${core}/messages/*.ts`, `!${core}/messages/memory-*.ts`],
    tests: [
      `${core}/messages/*.test.ts`,
      `!${core}/messages/memory-*.test.ts`,
      `${core}/idempotency/idempotent-sends.test.ts`,
      `${core}/client/{messages,deliver-within}.test.ts`,
    ],
  },
  {
    name: 'webhooks',
    mutate: [
      `${core}/webhooks/*.ts`,
      `${core}/provider-kit/{webhook-proof,webhook-answers}.ts`,
      `${core}/client/vendor-events.ts`,
    ],
    tests: [
      `${core}/webhooks/*.test.ts`,
      `!${core}/webhooks/{node-frameworks,node-handler-forged.long,webhooks-leaks}.test.ts`,
      `${core}/provider-kit/webhook-proof.test.ts`,
      `${core}/client/{vendor-events,reported-opt-outs}.test.ts`,
    ],
  },
  {
    name: 'opt-out',
    mutate: [`${core}/opt-out/*.ts`, `!${core}/opt-out/memory-*.ts`],
    tests: [`${core}/opt-out/*.test.ts`, `!${core}/opt-out/memory-*.test.ts`],
  },
  {
    name: 'codes',
    mutate: [`${core}/verification/*.ts`, `!${core}/verification/{memory-*,subject-*}.ts`],
    tests: [
      `${core}/verification/*.test.ts`,
      `${core}/client/verification*.test.ts`,
      `!${core}/verification/memory-*.test.ts`,
      `!${core}/client/verifications-races.test.ts`,
    ],
  },
  {
    name: 'guard',
    mutate: [`${core}/guard/*.ts`, `!${core}/guard/memory-*.ts`],
    tests: [`${core}/guard/*.test.ts`, `!${core}/guard/memory-*.test.ts`],
  },
  {
    name: 'memory',
    mutate: [
      `${core}/verification/{memory-verification-store,subject-*}.ts`,
      `${core}/{messages,opt-out,guard}/memory-*.ts`,
      `${core}/idempotency/*.ts`,
      `${core}/stores/*.ts`,
    ],
    tests: [
      `${core}/{verification,messages,opt-out,guard}/memory-*.test.ts`,
      `${core}/idempotency/*.test.ts`,
      `${core}/stores/*.test.ts`,
      'packages/conformance/src/stores/describe-sms-stores.test.ts',
    ],
  },
  {
    name: 'redis',
    mutate: ['packages/store-redis/src/**/*.ts'],
    tests: ['packages/store-redis/src/**/*.test.ts', '!packages/store-redis/src/{redis-cluster,redis-faults}.test.ts'],
  },
  {
    name: 'postgres',
    mutate: ['packages/store-postgres/src/**/*.ts'],
    tests: ['packages/store-postgres/src/**/*.test.ts', '!packages/store-postgres/src/postgres-trouble.test.ts'],
  },
];
