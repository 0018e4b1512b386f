import { randomUUID } from 'node:crypto';
import { isSmsError, type SmsClient } from '@polysms/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { httpAnswerOf } from './http-answer.js';

/** What the server keeps for one browser. */
interface Session {
  verificationId?: string | undefined;
  phone?: string | undefined;
}

/** The body of a request: one short text. */
const textIn = (name: string) => ({
  body: { type: 'object', required: [name], properties: { [name]: { type: 'string', maxLength: 64 } } },
});

/** The app. It owns the client: closing the app closes it, once the requests under way have been answered. */
export function createApp(sms: SmsClient, logger = true): FastifyInstance {
  // Behind a proxy of your own, give `trustProxy`, or everybody has the proxy's address and shares one limit.
  const app = fastify({ logger });
  // This map stands for your session plugin, which also forgets old sessions.
  const sessions = new Map<string, Session>();

  const begin = (reply: FastifyReply, session: Session) => {
    const id = randomUUID();
    sessions.set(id, session);
    reply.header('set-cookie', `session=${id}; HttpOnly; SameSite=Strict; Path=/`);
  };
  const idOf = (request: FastifyRequest) => /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

  app.post<{ Body: { phone: string } }>('/login/code', { schema: textIn('phone') }, async (request, reply) => {
    try {
      const { phone: to } = request.body;
      const { id, resendAfterMs } = await sms.verifications.start({ to, purpose: 'login', ip: request.ip });
      begin(reply, { verificationId: id });
      return reply.code(202).send({ next: 'type the code', resendAfterMs });
    } catch (error) {
      if (!isSmsError(error) || error.verificationId === undefined) throw error;
      // No provider took it for certain, but the code may arrive.
      begin(reply, { verificationId: error.verificationId });
      return reply.code(202).send({ next: 'type the code, if it arrives' });
    }
  });

  app.post<{ Body: { code: string } }>('/login', { schema: textIn('code') }, async (request, reply) => {
    const id = sessions.get(idOf(request))?.verificationId;
    if (id === undefined) return reply.code(409).send({ error: 'ask_for_a_code' });
    const result = await sms.verifications.check({ id, purpose: 'login', code: request.body.code });
    if (result.outcome !== 'approved') return reply.code(422).send({ error: result.outcome });
    sessions.delete(idOf(request));
    // The phone that was verified, in a new session.
    begin(reply, { phone: result.to });
    return { next: 'welcome' };
  });

  app.post<{ Params: { id: string } }>('/orders/:id/notice', async (request, reply) => {
    const to = sessions.get(idOf(request))?.phone;
    if (to === undefined) return reply.code(401).send({ error: 'log_in' });
    const { id: order } = request.params;
    // With the key a second request sends nothing.
    const message = { to, template: 'order-shipped', params: { order }, idempotencyKey: `order-shipped:${order}` };
    const { provider } = await sms.send(message);
    return { sentBy: provider };
  });

  app.setErrorHandler((error, request, reply) => {
    if (!isSmsError(error)) return reply.send(error);
    // Its JSON holds no key, code, text or whole phone number.
    request.log.warn({ sms: error.toJSON() }, 'no message');
    const { status, body } = httpAnswerOf(error);
    return reply.code(status).send(body);
  });
  app.addHook('onClose', () => sms.close());
  return app;
}
