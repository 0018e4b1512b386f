import { isIP } from 'node:net';
import { configurationInvalid } from '@polysms/core/provider-kit';

/** A private key and its certificate, in PEM. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}

/** The part of the package `selfsigned` that is used. */
type Selfsigned = Pick<typeof import('selfsigned'), 'generate'>;

const daysValid = 30;
const dayMs = 86_400_000;

/**
 * The certificate that was given, or one made for the occasion: for localhost, the loopback addresses and `hosts`,
 * good for 30 days, its own authority, so that a client can trust it by itself.
 *
 * @param load loads `selfsigned`, an optional peer dependency: only who asks for TLS needs it. The `catch` stands at the
 *   import itself, since there a bundler sees that the package may be missing
 * @throws SmsError `configuration_invalid` if the package is not installed
 */
export async function certificateFor(
  tls: boolean | TlsCertificate,
  hosts: readonly string[],
  load: () => Promise<Selfsigned | undefined> = () => import('selfsigned').catch(() => undefined),
): Promise<TlsCertificate | undefined> {
  if (tls === false) return undefined;
  if (tls !== true) return tls;
  const selfsigned = await load();
  if (selfsigned === undefined) {
    throw configurationInvalid(
      'startSimulator(): tls: true needs the package "selfsigned". Install it, or pass { key, cert } in PEM.',
    );
  }
  const now = Date.now();
  const made = await selfsigned.generate([{ name: 'commonName', value: 'SMS simulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // An hour of grace for clocks that differ, in containers above all.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + daysValid * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: alternativeNames(hosts) },
    ],
  });
  return { key: made.private, cert: made.cert };
}

function alternativeNames(hosts: readonly string[]): ({ type: 2; value: string } | { type: 7; ip: string })[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', ...hosts]);
  return [...names].map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
}
