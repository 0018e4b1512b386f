import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { CodeSecrets } from './code-secrets.js';

const pepper = (current: string, previous?: string) => ({ current, previous });
const [old, current] = ['o'.repeat(32), 'c'.repeat(32)];
const [phone, otherPhone] = [parsePhoneNumber('+8613800138000'), parsePhoneNumber('+8613800138001')];

describe('a subject', () => {
  const { current: subject, previous } = new CodeSecrets(pepper(current), 'tenant').subjects(phone, 'login');

  it('is 22 characters, the same every time and in every process', () => {
    expect(subject).toMatch(/^[\w-]{22}$/);
    expect(previous).toBeUndefined();
    expect(new CodeSecrets(pepper(current), 'tenant').subjects(phone, 'login').current).toBe(subject);
  });

  it.each([
    ['phone', new CodeSecrets(pepper(current), 'tenant').subjects(otherPhone, 'login')],
    ['purpose', new CodeSecrets(pepper(current), 'tenant').subjects(phone, 'payment')],
    ['tenant', new CodeSecrets(pepper(current), 'tenan').subjects(phone, 'login')],
    ['pepper', new CodeSecrets(pepper(old), 'tenant').subjects(phone, 'login')],
    ['tenant that ends where the purpose begins', new CodeSecrets(pepper(current), 'tenantl').subjects(phone, 'ogin')],
    ['pepper of its own', new CodeSecrets(undefined, 'tenant').subjects(phone, 'login')],
  ])('is another for another %s', (_name, other) => {
    expect(other.current).not.toBe(subject);
  });

  it('has a second one under the previous pepper: the one that it had', () => {
    const rotated = new CodeSecrets(pepper(current, old), 'tenant').subjects(phone, 'login');
    const before = new CodeSecrets(pepper(old), 'tenant').subjects(phone, 'login');
    expect(rotated).toEqual({ current: subject, previous: before.current });
  });

  it('cannot be made without the pepper: two clients without one differ', () => {
    const [one, other] = [new CodeSecrets(undefined, ''), new CodeSecrets(undefined, '')];
    expect(one.subjects(phone, 'login')).not.toEqual(other.subjects(phone, 'login'));
  });
});

describe('the other subject of a phone and purpose', () => {
  it('is the one under the other pepper, whichever is the current one', () => {
    const [one, other] = [
      new CodeSecrets(pepper(current, old), '').subjects(phone, 'login'),
      new CodeSecrets(pepper(old, current), '').subjects(phone, 'login'),
    ];
    const rotating = new CodeSecrets(pepper(current, old), '');
    expect(rotating.areRotating).toBe(true);
    expect(rotating.otherSubject(one.current, phone, 'login')).toBe(other.current);
    expect(rotating.otherSubject(other.current, phone, 'login')).toBe(one.current);
  });

  it('is none without a rotation, and for a subject of somebody else', () => {
    const secrets = new CodeSecrets(pepper(current), '');
    const { current: subject } = secrets.subjects(phone, 'login');
    expect(secrets.areRotating).toBe(false);
    expect(secrets.otherSubject(subject, phone, 'login')).toBeUndefined();
    expect(new CodeSecrets(pepper(current, old), '').otherSubject(subject, phone, 'payment')).toBeUndefined();
  });
});

describe('an id', () => {
  const secrets = new CodeSecrets(pepper(current), '');
  const { current: subject } = secrets.subjects(phone, 'login');

  it('has its subject, and is new every time', () => {
    const ids = Array.from({ length: 1_000 }, () => secrets.newChallenge(phone, 'login').id);
    expect(new Set(ids.map((id) => id.slice(22))).size).toBe(1_000);
    for (const id of ids) {
      expect(id).toMatch(/^[\w-]{44}$/);
      expect(secrets.subjectOf(id)).toBe(subject);
      expect(id).not.toContain(subject);
    }
  });

  it('has another subject for another tenant, whatever its pepper', () => {
    const id = secrets.newChallenge(phone, 'login').id;
    const subjects = ['', 'shop', 'bank'].map((tenant) => new CodeSecrets(pepper(current), tenant).subjectOf(id));
    expect(new Set(subjects).size).toBe(3);
    expect(new CodeSecrets(pepper(old), '').subjectOf(id)).toBe(subject);
  });

  it.each([
    '',
    'x'.repeat(43),
    'x'.repeat(45),
    `${'x'.repeat(43)}+`,
    `${'x'.repeat(43)}\n`,
    `${'x'.repeat(44)}\n`,
    undefined,
    1,
    null,
    ['x'.repeat(44)],
  ])('is not %j', (id) => {
    expect(secrets.subjectOf(id)).toBeUndefined();
  });
});

describe('a digest', () => {
  const secrets = new CodeSecrets(pepper(current), '');
  const id = secrets.newChallenge(phone, 'login').id;

  it('is HMAC-SHA-256 in base64url, the same every time', () => {
    expect(secrets.digest(id, '123456')).toMatch(/^[\w-]{43}$/);
    expect(new CodeSecrets(pepper(current), '').digest(id, '123456')).toBe(secrets.digest(id, '123456'));
  });

  it('is another for another code, id or pepper', () => {
    const others = [
      secrets.digest(id, '123457'),
      secrets.digest(id, '0123456'),
      secrets.digest(secrets.newChallenge(phone, 'login').id, '123456'),
      new CodeSecrets(pepper(old), '').digest(id, '123456'),
    ];
    expect(new Set([secrets.digest(id, '123456'), ...others]).size).toBe(5);
  });

  it('of what was typed is one for each pepper in use', () => {
    expect(secrets.digests(id, '123456')).toEqual([secrets.digest(id, '123456')]);
    const rotated = new CodeSecrets(pepper(current, old), '');
    const before = new CodeSecrets(pepper(old), '').digest(id, '123456');
    expect(rotated.digests(id, '123456')).toEqual([secrets.digest(id, '123456'), before]);
    // New codes are kept under the current one.
    expect(rotated.digest(id, '123456')).toBe(secrets.digest(id, '123456'));
  });
});

describe('a key', () => {
  it('hides its text, and differs by text, tenant and pepper', () => {
    const keys = [
      new CodeSecrets(pepper(current), '').keyOf('+8613800138000'),
      new CodeSecrets(pepper(current), '').keyOf('+8613800138001'),
      new CodeSecrets(pepper(current), 'tenant').keyOf('+8613800138000'),
      new CodeSecrets(pepper(old), '').keyOf('+8613800138000'),
    ];
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/^[\w-]{22}$/);
    expect(new CodeSecrets(pepper(current), '').keyOf('+8613800138000')).toBe(keys[0]);
  });

  it('is never a subject or a digest of the same fields', () => {
    const secrets = new CodeSecrets(pepper(current), 'a');
    expect(secrets.keyOf('b')).not.toBe(secrets.digest('a', 'b').slice(0, 22));
  });
});

it('what is in a store is found again by every version: fields are written with their lengths', () => {
  const secrets = new CodeSecrets(pepper(current, old), 'ten');
  const under = (key: string, text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const handle = (key: string) => under(key, '7:subject3:ten5:login14:+8613800138000').slice(0, 22);
  const subject = (key: string) =>
    createHash('sha256')
      .update(`2:id3:ten22:${handle(key)}`)
      .digest('base64url')
      .slice(0, 22);
  expect(secrets.subjects(phone, 'login')).toEqual({ current: subject(current), previous: subject(old) });
  expect(secrets.newChallenge(phone, 'login').id.slice(0, 22)).toBe(handle(current));
  expect(secrets.keyOf('äb')).toBe(under(current, '3:key3:ten2:äb').slice(0, 22));
  expect(secrets.digests('id', '123456')).toEqual([
    under(current, '4:code2:id6:123456'),
    under(old, '4:code2:id6:123456'),
  ]);
});
