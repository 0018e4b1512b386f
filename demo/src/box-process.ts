import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BoxMessage, Fault, Vendor } from '@polysms/simulator';

/** A box with every vendor in it, in a process of its own. */
export interface BoxProcess extends AsyncDisposable {
  /** Where Mob is. */
  readonly mob: string;
  /** What phones have received, newest last. */
  messages(): Promise<readonly BoxMessage[]>;
  /** Makes Mob's next request go wrong. */
  fail(fault: Fault): Promise<void>;
  /** Changes how Mob's console is set up. */
  configure(settings: object): Promise<void>;
  /** Where a vendor is. */
  urlOf(vendor: string): string;
  /** Calls the control API, `POST /api` and the path. */
  call(path: string, body: object): Promise<void>;
  /** Ends the process. May be called twice. */
  stop(): Promise<void>;
}

/** No limits: the demo sends to one phone again and again. */
const unlimited = { perMinute: 'Infinity', perTwelveHours: 'Infinity', perDayOnPlatform: 'Infinity' };
const customUnlimited = { perMinute: 'Infinity', perTwelveHours: 'Infinity' };

/** Starts the command `box`, with its vendors on free ports unless one is given, such as `mob=4601`. */
export async function startBoxProcess(appKey: string, vendorPort = 'mob=0'): Promise<BoxProcess> {
  const command = fileURLToPath(import.meta.resolve('@polysms/box/main'));
  const args = [command, '--port', '0', '--vendor-port', vendorPort];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = () => void child.kill('SIGTERM');
  // Whoever interrupts this process does not want to leave a server behind.
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    kill();
    await exited;
  };
  const page = await pageOf(child.stdout);
  const vendors = await read<readonly Vendor[]>(`${page}/api/vendors`);
  const urlOf = (name: string) => {
    const url = vendors.find(({ vendor }) => vendor === name)?.url;
    if (url === undefined) throw new Error(`There is no ${name} in the box.`);
    return url;
  };
  const call = (path: string, body: object) => post(`${page}/api${path}`, body);
  const configure = (settings: object) => call('/vendors/mob/settings', settings);
  await configure({ appKey, limits: { ...unlimited, custom: customUnlimited } });
  return {
    mob: urlOf('mob'),
    urlOf,
    call,
    messages: () => read<readonly BoxMessage[]>(`${page}/api/messages`),
    fail: (fault) => call('/faults', { vendor: 'mob', fault }),
    configure,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function read<Answer>(url: string): Promise<Answer> {
  return (await fetch(url)).json() as Promise<Answer>;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The box refused a setting: ${await response.text()}`);
}

/** The address of the page, from what the box prints. */
async function pageOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const page = /^page +(\S+)$/.exec(line)?.[1];
    if (page !== undefined) return page;
  }
  throw new Error('The box ended before it was ready.');
}
