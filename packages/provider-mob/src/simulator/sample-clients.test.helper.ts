import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { inFolder, printed, run, sample } from './run-sample.test.helper.js';
import type { MobSimulator } from './simulator.js';
import { raw, readRaw, requestBytes } from './simulator.test.helper.js';

const host = 'https://webapi.sms.mob.com';

/** What a sample is given in the place of its placeholders. */
export interface SampleInput {
  readonly appkey: string;
  readonly phone: string;
  readonly zone: string;
}

/** Sends as one sample of Mob's page does, and returns the answer as that sample shows it. */
export type SampleClient = (simulator: MobSimulator, input: SampleInput) => Promise<string>;

/** The page's curl line. It is the only sample that checks the certificate; here it trusts the simulator's alone. */
export const curl: SampleClient = (simulator, { appkey, phone, zone }) =>
  inFolder(async (folder) => {
    const authorities = join(folder, 'mob.pem');
    await writeFile(authorities, simulator.certificate ?? '');
    const line = await sample('curl-sample.test.sh', {
      'appkey=xxxx': `appkey=${appkey}`,
      'phone=xxxx': `phone=${phone}`,
      'zone=86': `zone=${zone}`,
      [host]: simulator.url,
    });
    return printed('sh', ['-c', line], { CURL_CA_BUNDLE: authorities });
  });

/** The page's Python sample, with `print` as Python 3 wants it. It checks no certificate: `verify=False`. */
export const python: SampleClient = (simulator, input) => runPython(simulator, input, {}, {});

/** The Python sample with its check of certificates left on, and these trusted. */
export function checkingPython(trusted: string | undefined): SampleClient {
  return (simulator, input) =>
    inFolder(async (folder) => {
      const authorities = join(folder, 'mob.pem');
      await writeFile(authorities, trusted ?? '');
      return runPython(simulator, input, { ', verify=False': '' }, { REQUESTS_CA_BUNDLE: authorities });
    });
}

function runPython(
  simulator: MobSimulator,
  { appkey, phone, zone }: SampleInput,
  changes: Readonly<Record<string, string>>,
  env: Record<string, string>,
): Promise<string> {
  return inFolder(async (folder) => {
    const script = await sample('python-sample.test.py', {
      [host]: simulator.url,
      your_mob_sms_key_goes_here: appkey,
      'print mobsms.verify_sms_code(86, 13900000000)': `print(mobsms.verify_sms_code('${zone}', '${phone}'))`,
      ...changes,
    });
    const file = join(folder, 'sample.py');
    await writeFile(file, script);
    return `{"status":${(await printed('python3', ['-W', 'ignore', file], env)).trim()}}`;
  });
}

/** Compiles the page's Java sample into a folder. Only where a trust store is given does it leave its own trust out. */
export async function compileJava(folder: string): Promise<void> {
  const trustsAll = 'HttpsURLConnection.setDefaultSSLSocketFactory(sc.getSocketFactory());';
  const source = await sample('java-sample.test.java', {
    [`"${host}/sms/sendmsg"`]: 'args[0]',
    '"appkey=xxxx&amp;phone=xxx&amp;zone=xx&amp;"': 'args[1]',
    [trustsAll]: `if (System.getProperty("javax.net.ssl.trustStore") == null) ${trustsAll}`,
  });
  const file = join(folder, 'sample.java');
  await writeFile(file, source);
  await printed('javac', ['-encoding', 'UTF-8', '-d', folder, file]);
}

/** The page's Java sample. It checks no certificate: its trust manager lets every one pass. */
export function java(folder: string): SampleClient {
  return (simulator, input) => runJava(folder, [], simulator, input);
}

/** The Java sample without its trust manager, and with a trust store in its place, made in the sample's folder. */
export async function checkingJava(folder: string, trusted: string | undefined): Promise<SampleClient> {
  const [certificate, store] = [join(folder, 'mob.pem'), join(folder, 'mob.p12')];
  await writeFile(certificate, trusted ?? '');
  const password = 'changeit';
  const importing = ['-importcert', '-noprompt', '-file', certificate, '-keystore', store, '-storepass', password];
  await printed('keytool', importing);
  const trust = [`-Djavax.net.ssl.trustStore=${store}`, `-Djavax.net.ssl.trustStorePassword=${password}`];
  return (simulator, input) => runJava(folder, trust, simulator, input);
}

/** @throws Error with what Java wrote, where the sample itself prints a stack and goes on with `null` */
async function runJava(
  folder: string,
  settings: readonly string[],
  simulator: MobSimulator,
  { appkey, phone, zone }: SampleInput,
): Promise<string> {
  const body = `appkey=${appkey}&amp;phone=${phone}&amp;zone=${zone}&amp;`;
  const args = [...settings, '-cp', folder, 'JavaSample', `${simulator.url}/sms/sendmsg`, body];
  const { stdout, stderr } = await run('java', args);
  if (!stdout.startsWith('{')) throw new Error(`The Java sample failed: ${stdout}${stderr}`);
  return stdout;
}

/** What PHP's curl writes for the page's sample, once its host ends with a slash. */
export const php: SampleClient = async (simulator, input) => {
  const headers = ['Content-Type: application/x-www-form-urlencoded;charset=UTF-8', 'Accept: application/json'];
  const body = new URLSearchParams({ appkey: input.appkey, phone: input.phone, zone: input.zone }).toString();
  return (await raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', headers, body))).body;
};

/** What .NET Framework writes for the page's C# sample: TLS 1.2, no content type, and a body after `100 Continue`. */
export const csharp: SampleClient = async (simulator, { appkey, phone, zone }) => {
  const body = `appkey=${appkey}&amp;phone=${phone}&amp;zone=${zone}`;
  const head = requestBytes('POST /sms/sendmsg HTTP/1.1', ['Expect: 100-continue', 'Connection: Keep-Alive'], body);
  const socket = connectTls({
    host: '127.0.0.1',
    port: simulator.port,
    maxVersion: 'TLSv1.2',
    ca: simulator.certificate,
  });
  socket.write(head.slice(0, -body.length));
  const reply = readRaw(socket, /200 OK\r\n.*\r\n\r\n.*\}$/su);
  const [interim]: string[] = await once(socket, 'data');
  if (interim !== 'HTTP/1.1 100 Continue\r\n\r\n') throw new Error('The body was not asked for.');
  socket.write(body);
  return (await reply).body;
};
