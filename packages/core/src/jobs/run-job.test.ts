import { describe, expect, it } from 'vitest';
import type { Receipt, SendRequest } from '../delivery/send-request.js';
import { SmsError } from '../errors/sms-error.js';
import { newJob, readJob } from './job.js';
import { runJob } from './run-job.js';

const now = () => 1_800_000_000_000;
const run = { mayHaveBegun: false, resolveForMs: 3_600_000, now, random: () => 0 };
const receipt: Receipt = { id: 'x', provider: 'one', reference: undefined, attempts: [] };

function client(answer: () => Receipt) {
  const asked: SendRequest[] = [];
  return {
    asked,
    send: async (request: SendRequest) => {
      asked.push(request);
      return answer();
    },
  };
}

const message = { to: '+8613800138000', text: 'hello', idempotencyKey: 'order-1' } as const;

describe('running a job', () => {
  it('sends its message under its id', async () => {
    const sms = client(() => receipt);
    const job = newJob('test()', { ...message, via: ['one'] }, { now });
    expect(await runJob(sms, job, run)).toEqual({ step: 'done', receipt });
    expect(sms.asked).toEqual([{ to: '+8613800138000', text: 'hello', via: ['one'], idempotencyKey: 'order-1' }]);
  });

  it('tells the vendor by when it must arrive, if that was said', async () => {
    const sms = client(() => receipt);
    const validity = async (given: { expiresAt?: number; validForMs?: number }) => {
      await runJob(sms, newJob('test()', { ...message, ...given }, { now }), run);
      return sms.asked.at(-1)?.validForMs;
    };
    expect(await validity({ expiresAt: now() + 60_000 })).toBe(60_000);
    expect(await validity({ expiresAt: now() + 60_000, validForMs: 5_000 })).toBe(5_000);
    expect(await validity({ expiresAt: now() + 10 })).toBe(1_000);
    expect(await validity({ validForMs: 5_000 })).toBe(5_000);
    expect(await validity({})).toBeUndefined();
  });

  it('asks nobody when its time is over', async () => {
    const sms = client(() => receipt);
    const job = newJob('test()', { ...message, expiresAt: now() + 1 }, { now });
    const step = await runJob(sms, job, { ...run, now: () => now() + 1 });
    expect([step, sms.asked]).toEqual([{ step: 'dead', letter: { reason: 'expired' } }, []]);
  });

  it('never sends again what a bug may have sent, and repeats none of its words', async () => {
    const sms = client(() => {
      throw new TypeError('canary +8613800138000');
    });
    const step = await runJob(sms, newJob('test()', message, { now }), run);
    expect(step).toMatchObject({ step: 'resolve', job: { unknownSince: now() } });
    expect(JSON.stringify(step)).not.toContain('canary');
  });

  it('repeats what the client certainly did not send', async () => {
    const sms = client(() => {
      throw new SmsError({ code: 'network_error', outcome: 'not-sent', message: 'No network.' });
    });
    const step = await runJob(sms, newJob('test()', message, { now }), run);
    expect(step).toMatchObject({ step: 'repeat', atMs: now() + 1_000, job: { failures: 1 } });
  });
});

describe('a job', () => {
  it('survives JSON', () => {
    const job = newJob('test()', { ...message, sendAt: new Date(now() + 5), senderId: 'Shop' }, { now });
    expect(readJob(JSON.parse(JSON.stringify(job)))).toEqual(job);
  });

  it('has an id of its own where the request has no key', () => {
    const { idempotencyKey: _, ...keyless } = message;
    const [one, two] = [newJob('test()', keyless), newJob('test()', keyless)];
    expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.id).not.toBe(two.id);
  });

  it('keeps a number as the client would write it', () => {
    expect(newJob('test()', { ...message, to: '138 0013 8000' }, { defaultCountry: 'CN' }).message.to).toBe(
      '+8613800138000',
    );
    expect(() => newJob('test()', { ...message, to: '12' })).toThrow(
      expect.objectContaining({ code: 'invalid_phone_number' }),
    );
  });

  it.each([
    [{ expiresAt: 5 }, 'expiresAt must be later'],
    [{ sendAt: now() + 10, expiresAt: now() + 10 }, 'expiresAt must be later'],
    [{ sendAt: new Date(Number.NaN) }, 'sendAt must be a valid Date'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt must be a valid Date'],
    [{ signal: new AbortController().signal }, 'signal: a job outlives'],
    [{ guard: true, screening: {} }, 'screening: screen the request'],
    [{ lane: 'fast' }, 'lane must be one of codes, messages, campaigns'],
    [{ txt: 'x' }, 'txt'],
  ])('is refused at once with %j', (wrong, said) => {
    const make = () => newJob('enqueue()', { ...message, ...(wrong as object) }, { now });
    expect(make).toThrow(
      expect.objectContaining({ code: 'invalid_request', outcome: 'not-sent', message: expect.stringContaining(said) }),
    );
  });

  it.each([
    [undefined],
    [null],
    ['{}'],
    [{}],
    [{ ...newJob('test()', message), version: 2 }],
    [{ ...newJob('test()', message), failures: -1 }],
    [{ ...newJob('test()', message), id: '' }],
    [{ ...newJob('test()', message), message: 'hello' }],
    [{ ...newJob('test()', message), createdAt: '1' }],
  ])('is not read from %j', (value) => {
    expect(readJob(value)).toBeUndefined();
  });
});
