const { randomUUID } = require('node:crypto');
const { isSmsError } = require('@polysms/core');
const express = require('express');
const { httpAnswerOf } = require('./http-answer.js');

/**
 * The app, over a client of Polysms.
 *
 * @param {import('@polysms/core').SmsClient} sms
 */
function createApp(sms) {
  const app = express();
  // Behind a proxy of your own, set `trust proxy`, or everybody has the proxy's address and shares one limit.
  app.use(express.json({ limit: '1kb' }));
  // This map stands for your session middleware, which also forgets old sessions.
  const sessions = new Map();

  const begin = (response, session) => {
    const id = randomUUID();
    sessions.set(id, session);
    response.cookie('session', id, { httpOnly: true, sameSite: 'strict' });
  };
  const idOf = (request) => /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

  // Express 5 hands what an async handler throws to the error handler below.
  app.post('/login/code', async (request, response) => {
    try {
      const start = { to: request.body?.phone, purpose: 'login', ip: request.ip };
      const { id, resendAfterMs } = await sms.verifications.start(start);
      begin(response, { verificationId: id });
      response.status(202).json({ next: 'type the code', resendAfterMs });
    } catch (error) {
      if (!isSmsError(error) || error.verificationId === undefined) throw error;
      // No provider took it for certain, but the code may arrive.
      begin(response, { verificationId: error.verificationId });
      response.status(202).json({ next: 'type the code, if it arrives' });
    }
  });

  app.post('/login', async (request, response) => {
    const id = sessions.get(idOf(request))?.verificationId;
    if (id === undefined) return response.status(409).json({ error: 'ask_for_a_code' });
    const result = await sms.verifications.check({ id, purpose: 'login', code: request.body?.code });
    if (result.outcome !== 'approved') return response.status(422).json({ error: result.outcome });
    sessions.delete(idOf(request));
    // The phone that was verified, in a new session.
    begin(response, { phone: result.to });
    return response.json({ next: 'welcome' });
  });

  app.post('/orders/:id/notice', async (request, response) => {
    const to = sessions.get(idOf(request))?.phone;
    if (to === undefined) return response.status(401).json({ error: 'log_in' });
    const { id: order } = request.params;
    // With the key a second request sends nothing.
    const message = { to, template: 'order-shipped', params: { order }, idempotencyKey: `order-shipped:${order}` };
    const { provider } = await sms.send(message);
    return response.json({ sentBy: provider });
  });

  app.use((error, _request, response, next) => {
    if (!isSmsError(error)) return next(error);
    // Its JSON holds no key, code, text or whole phone number.
    console.warn(JSON.stringify(error));
    const { status, body } = httpAnswerOf(error);
    return response.status(status).json(body);
  });
  return app;
}

module.exports = { createApp };
