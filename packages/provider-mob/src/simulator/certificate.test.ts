import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { expect, test } from 'vitest';
import { startMobSimulator } from './simulator.js';
import { raw, requestBytes, simulate } from './simulator.test.helper.js';

/** Asks over HTTPS, trusting only the given certificate. */
function get(url: string, ca: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('with TLS, who trusts the certificate is answered, by name and by address', async () => {
  const simulator = await simulate({ tls: true });
  const { certificate } = simulator;
  expect(simulator.url).toBe(`https://127.0.0.1:${simulator.port}`);
  expect(await get(`${simulator.url}/sms/sendmsg?appkey=`, certificate)).toContain('"status":405');
  const byName = `https://localhost:${simulator.port}/simulator/certificate`;
  expect(await get(byName, certificate)).toBe(certificate);
});

test('with TLS, who does not trust it is not', async () => {
  const simulator = await simulate({ tls: true });
  await expect(get(simulator.url, undefined)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(simulator.requests).toEqual([]);
});

test('bytes that are no TLS end the connection and not the process', async () => {
  const simulator = await simulate({ tls: true });
  const plain = await raw({ ...simulator, certificate: undefined }, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', /never/u);
  expect(plain.body).toBe('');
  const form = 'appkey=k&phone=13800138000&zone=86';
  expect(await raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', [], form))).toMatchObject({ httpStatus: 200 });
});

test('it is made for every host that is allowed', async () => {
  const { certificate = '' } = await simulate({ tls: true, allowedHosts: ['MOB', '[2001:db8::1]'] });
  const made = new X509Certificate(certificate);
  expect(made.checkHost('mob')).toBe('mob');
  expect(made.checkIP('2001:db8::1')).toBe('2001:db8::1');
  expect(made.checkHost('other')).toBeUndefined();
});

test('what only looks like a certificate is refused', async () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  await expect(startMobSimulator({ tls: { key: pem, cert: pem } })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining('tls: key and cert must be a private key and its certificate'),
  });
});
