import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { MobSimulatorOptions } from './options.js';
import { type MobSimulator, startMobSimulator } from './simulator.js';

/** A clock that stands still until it is moved. It begins at noon in China on 28 June 2016. */
export class TestClock {
  #now = Date.UTC(2016, 5, 28, 4);

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** Limits switched off, for tests about something else. */
export const unlimited = {
  perMinute: Number.POSITIVE_INFINITY,
  perTwelveHours: Number.POSITIVE_INFINITY,
  perDayOnPlatform: Number.POSITIVE_INFINITY,
  custom: { perMinute: Number.POSITIVE_INFINITY, perTwelveHours: Number.POSITIVE_INFINITY },
} as const;

/** Starts a simulator that the end of the test closes. */
export async function simulate(options: MobSimulatorOptions = {}): Promise<MobSimulator> {
  const simulator = await startMobSimulator({ seed: 1, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Posts a form and returns Mob's answer. */
export async function post(simulator: MobSimulator, path: string, form: Record<string, string>): Promise<unknown> {
  const response = await fetch(`${simulator.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
  return response.json();
}

/** What a raw connection gave back until the other side, or `enough`, ended it. */
export interface RawReply {
  /** `end`: FIN, `reset`: RST, `enough`: the expected text came. */
  readonly closedBy: 'end' | 'reset' | 'enough';
  readonly text: string;
  /** Of the last status line. */
  readonly httpStatus: number;
  readonly headers: string;
  readonly body: string;
}

/** Opens a connection and writes bytes as they are. `until`: stop reading once the text has it. */
export function raw(simulator: MobSimulator, bytes: string, until: RegExp = /\r\n\r\n.*\}$/su): Promise<RawReply> {
  const socket =
    simulator.certificate === undefined
      ? connect(simulator.port, '127.0.0.1')
      : connectTls({ port: simulator.port, host: '127.0.0.1', ca: simulator.certificate });
  socket.write(bytes);
  return readRaw(socket, until);
}

/** Reads a connection until it ends or the text has what is awaited. */
export function readRaw(socket: Socket, until: RegExp): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = (closedBy: RawReply['closedBy']) => {
      socket.destroy();
      const start = text.lastIndexOf('HTTP/1.1 ');
      const last = start === -1 ? '' : text.slice(start);
      const blank = last.indexOf('\r\n\r\n');
      const headers = blank === -1 ? last : last.slice(0, blank);
      const body = blank === -1 ? '' : last.slice(blank + 4);
      resolve({ closedBy, text, httpStatus: Number(last.slice(9, 12)), headers, body });
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (until.test(text)) finish('enough');
    });
    socket.once('end', () => finish('end'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') finish('reset');
      else reject(error);
    });
  });
}

/** The bytes of a request with a body; its length is filled in. */
export function requestBytes(startLine: string, headers: readonly string[], body: string): string {
  return [startLine, 'Host: 127.0.0.1', ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
    '\r\n',
  );
}
