import { isSmsError, type SmsClient } from '@polysms/core';
import { Hono } from 'hono';
import type { PropsWithChildren } from 'hono/jsx';

/** A page that sends a code to a phone, and one that lets in whoever types it. */
export function createApp(sms: SmsClient): Hono {
  const app = new Hono();

  app.get('/', (context) => context.html(<PhoneForm />));

  app.post('/code', async (context) => {
    const { phone } = await context.req.parseBody();
    try {
      const { id } = await sms.verifications.start({ to: String(phone), purpose: 'login' });
      return context.html(<CodeForm id={id} />);
    } catch (error) {
      if (!isSmsError(error)) throw error;
      // No provider took it for certain, but the code may arrive.
      if (error.verificationId !== undefined) return context.html(<CodeForm id={error.verificationId} />);
      const isTyped = error.code === 'invalid_phone_number';
      return context.html(<PhoneForm problem={isTyped ? 'This is no phone number.' : 'Please try again later.'} />);
    }
  });

  app.post('/login', async (context) => {
    const { id, code } = await context.req.parseBody();
    const result = await sms.verifications.check({ id: String(id), purpose: 'login', code: String(code) });
    // Here your app begins a session.
    if (result.outcome === 'approved') return context.html(<Welcome phone={result.to} />);
    return context.html(<CodeForm id={String(id)} problem="This is not the code." />);
  });

  return app;
}

function Layout({ children }: PropsWithChildren) {
  return (
    <html lang="en">
      <head>
        <title>Log in</title>
      </head>
      <body>{children}</body>
    </html>
  );
}

function PhoneForm({ problem }: { problem?: string }) {
  return (
    <Layout>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <form method="post" action="/code">
        <label>
          Your phone <input name="phone" type="tel" autocomplete="tel" required />
        </label>
        <button type="submit">Send me a code</button>
      </form>
    </Layout>
  );
}

function CodeForm({ id, problem }: { id: string; problem?: string }) {
  return (
    <Layout>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <form method="post" action="/login">
        <input name="id" type="hidden" value={id} />
        <label>
          Code <input name="code" inputmode="numeric" autocomplete="one-time-code" required />
        </label>
        <button type="submit">Log in</button>
      </form>
    </Layout>
  );
}

function Welcome({ phone }: { phone: string }) {
  return (
    <Layout>
      <h1>Welcome, {phone}</h1>
    </Layout>
  );
}
