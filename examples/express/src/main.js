const { createSmsClient } = require('@polysms/core');
const { mob } = require('@polysms/provider-mob');
const { createApp } = require('./app.js');

const { MOB_APP_KEY: appKey = '', MOB_BASE_URL: baseUrl, PORT: port = '8080' } = process.env;

const sms = createSmsClient({
  providers: [mob({ appKey, baseUrl })],
  templates: { 'order-shipped': { params: ['order'], providers: { mob: { template: '2901' } } } },
  guard: { destinations: { countries: ['CN'] } },
});
const server = createApp(sms).listen(Number(port), '127.0.0.1', () => {
  console.log(`Listening at http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    // First the requests under way are answered, then the client closes its connections to the vendor.
    server.close(() => void sms.close());
    server.closeIdleConnections();
  });
}
