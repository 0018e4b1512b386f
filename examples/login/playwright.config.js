import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const { BOX_PORT = '4600', MOB_PORT = '4601', PORT = '8080', CHROMIUM = '/usr/bin/chromium' } = process.env;
const boxUrl = `http://127.0.0.1:${BOX_PORT}`;
const baseURL = `http://127.0.0.1:${PORT}`;

export default defineConfig({
  testDir: 'src',
  testMatch: '*.spec.ts',
  outputDir: 'dist/test-results',
  // A fault hits whatever comes next, so tests that make some run one after the other.
  workers: 1,
  reporter: 'line',
  use: {
    baseURL,
    boxUrl,
    // The browser of the system; without it the one that `playwright install chromium` brings.
    launchOptions: existsSync(CHROMIUM) ? { executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] } : {},
  },
  webServer: [
    { command: 'node dist/box.js', url: `${boxUrl}/api`, env: { BOX_PORT, MOB_PORT } },
    {
      command: 'node dist/main.js',
      url: baseURL,
      env: { PORT, MOB_APP_KEY: 'any', MOB_BASE_URL: `http://127.0.0.1:${MOB_PORT}` },
    },
  ],
});
