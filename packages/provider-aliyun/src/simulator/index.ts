/** Alibaba Cloud's SMS as a dialect of `@polysms/simulator`, for tests and for development without an account. */

export { aliyunDialect } from './dialect.js';
export type {
  AliyunCodes,
  AliyunLimits,
  AliyunSimulatorSettings,
  AliyunTemplate,
  ReviewState,
} from './settings.js';
