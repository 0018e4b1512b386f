import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { expect, test } from 'vitest';
import { call, callRaw, tinyBox } from '../simulator.test.fixture.js';
import { certificateFor } from './certificate.js';

/** Posts over HTTPS, trusting only the given certificate. */
function post(url: string, ca: string | undefined, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('with TLS, vendors speak it, and the control API hands out the certificate without', async () => {
  const box = await tinyBox({ tls: true });
  expect(box.url).toMatch(/^http:/);
  expect(box.urlOf('tiny')).toMatch(/^https:/);
  const certificate = await (await callRaw(box, 'GET /api/certificate')).text();
  expect(certificate).toBe(box.certificate);
  const message = JSON.stringify({ to: '+447700900123', text: 'Hello' });
  expect(await post(`${box.urlOf('tiny')}/messages`, certificate, message)).toContain('"id"');
  await expect(post(box.urlOf('tiny'), undefined, '')).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(await call(box, 'GET /api/messages')).toHaveLength(1);
});

test('a certificate of one’s own is used', async () => {
  const own = await certificateFor(true, ['sms.test']);
  expect(new X509Certificate(own?.cert ?? '').checkHost('sms.test')).toBe('sms.test');
  const box = await tinyBox({ tls: { key: own?.key ?? '', cert: own?.cert ?? '' } });
  expect(box.certificate).toBe(own?.cert);
  expect(await post(`${box.urlOf('tiny')}/elsewhere`, own?.cert, '')).toContain('not-found');
});

test('a certificate is made for every host that is allowed', async () => {
  const made = new X509Certificate((await certificateFor(true, ['mob', '2001:db8::1']))?.cert ?? '');
  expect([made.checkHost('mob'), made.checkIP('2001:db8::1'), made.checkHost('other')]).toEqual([
    'mob',
    '2001:db8::1',
    undefined,
  ]);
});

test('what only looks like a certificate is refused', async () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  await expect(tinyBox({ tls: { key: pem, cert: pem } })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: 'startSimulator(): tls: key and cert must be a private key and its certificate, in PEM.',
  });
});

test('without the package, the error says what to do', async () => {
  const missing = () => Promise.resolve(undefined);
  await expect(certificateFor(true, ['127.0.0.1'], missing)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: 'startSimulator(): tls: true needs the package "selfsigned". Install it, or pass { key, cert } in PEM.',
  });
});
