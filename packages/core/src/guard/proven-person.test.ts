import { describe, expect, it, vi } from 'vitest';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { errorOf, guardWith, hourMs, RecordingLimitStore, requestTo, unlimited } from './guard.test.fixture.js';
import type { GuardOptions } from './guard-options.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import type { ScreenVerdict } from './screening.js';

const phone = '+8613800138000';
const deadline = new ManualDeadline();

/** Whoever brings the phone itself as proof owns it. */
const screen: NonNullable<GuardOptions['screen']> = ({ to, screening }) => ({
  allow: true,
  proven: screening === to.e164,
});
const owner = (to = phone) => requestTo(to, { screening: to });

describe('a person who has proved to own the phone', () => {
  it('has limits that ten starts by strangers do not use up', async () => {
    const { guard } = guardWith({ screen, limits: { ...unlimited, phone: [{ max: 10, windowMs: 24 * hourMs }] } });
    for (let stranger = 0; stranger < 10; stranger += 1) {
      await guard.admit(requestTo(phone, { ip: `192.0.2.${stranger}` }), deadline);
    }
    expect(await errorOf(guard.admit(requestTo(phone), deadline))).toMatchObject({ code: 'send_limit_exceeded' });
    for (let time = 0; time < 10; time += 1) await guard.admit(owner(), deadline);
    expect(await errorOf(guard.admit(owner(), deadline))).toMatchObject({ code: 'send_limit_exceeded' });
  });

  it('has a minute of their own, which is none for strangers either', async () => {
    const { guard } = guardWith({ screen });
    await guard.admit(requestTo(phone), deadline);
    await guard.admit(owner(), deadline);
    for (const request of [requestTo(phone), owner()]) {
      expect(await errorOf(guard.admit(request, deadline))).toMatchObject({ code: 'resend_too_soon' });
    }
  });

  it('is not held up by strangers who flood the numbers beside theirs', async () => {
    const { guard } = guardWith({ screen });
    for (let neighbour = 1; neighbour <= 20; neighbour += 1) {
      await guard.admit(requestTo(`+86138001380${String(neighbour).padStart(2, '0')}`), deadline);
    }
    const denied = await errorOf(guard.admit(requestTo(phone), deadline));
    expect(denied).toMatchObject({ code: 'send_limit_exceeded', message: expect.stringContaining('prefix') });
    await guard.admit(owner(), deadline);
  });

  it('shares what bounds the bill and what bounds an address, and is limited as anybody else', async () => {
    for (const limits of [
      { ...unlimited, global: [{ max: 1, windowMs: hourMs }] },
      { ...unlimited, ip: [{ max: 1, windowMs: hourMs }] },
    ]) {
      const { guard } = guardWith({ screen, limits });
      await guard.admit(requestTo(phone, { ip: '192.0.2.1' }), deadline);
      const proven = { ...owner(), ip: '192.0.2.1' };
      expect(await errorOf(guard.admit(proven, deadline))).toMatchObject({ code: 'send_limit_exceeded' });
    }
    const { guard } = guardWith({ screen });
    for (let number = 0; number < 20; number += 1) {
      await guard.admit(owner(`+86138001380${String(number).padStart(2, '0')}`), deadline);
    }
    expect(await errorOf(guard.admit(owner('+8613800138099'), deadline))).toMatchObject({
      code: 'send_limit_exceeded',
    });
  });

  it('has what was not sent given back to their own limits', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({ screen }, { store });
    await guard.admit(requestTo(phone), deadline);
    const admission = await guard.admit(owner(), deadline);
    admission.refund();
    await guard.settled();
    await guard.admit(owner(), deadline);
    expect(await errorOf(guard.admit(requestTo(phone), deadline))).toMatchObject({ code: 'resend_too_soon' });
  });

  it.each<[string, () => unknown]>([
    ['says nothing of a proof', () => ({ allow: true })],
    ['denies one', () => ({ allow: true, proven: false })],
    ['answers something like yes', () => ({ allow: true, proven: 'yes' })],
  ])('is nobody of whom the check %s', async (_, answer) => {
    const { guard } = guardWith({ screen: answer as () => ScreenVerdict });
    await guard.admit(requestTo(phone), deadline);
    expect(await errorOf(guard.admit(requestTo(phone), deadline))).toMatchObject({ code: 'resend_too_soon' });
  });

  it('is nobody when the check fails and is passed over', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const store = new MemoryLimitStore();
    const { guard } = guardWith({ screen, limits: { ...unlimited, phone: [{ max: 1, windowMs: hourMs }] } }, { store });
    await guard.admit(requestTo(phone), deadline);
    const failing = guardWith(
      {
        screen: () => Promise.reject(new Error('down')),
        failOpen: true,
        limits: { ...unlimited, phone: [{ max: 1, windowMs: hourMs }] },
      },
      { store },
    );
    expect(await errorOf(failing.guard.admit(owner(), deadline))).toMatchObject({ code: 'resend_too_soon' });
    expect(warnings).toHaveBeenCalledTimes(1);
    warnings.mockRestore();
  });

  it('is nobody who is refused', async () => {
    const { guard } = guardWith({ screen: () => ({ allow: false, proven: true }) as unknown as ScreenVerdict });
    expect(await errorOf(guard.admit(owner(), deadline))).toMatchObject({ code: 'screening_denied' });
  });
});
