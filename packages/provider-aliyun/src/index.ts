/** Alibaba Cloud (Aliyun) for Polysms. The dialect for the simulator is at `@polysms/provider-aliyun/simulator`. */

export { aliyun } from './aliyun.js';
export type { AliyunCredentials, AliyunOptions, AliyunVerificationOptions, AliyunWebhookOptions } from './options.js';
