import { aliyunDialect } from '@polysms/provider-aliyun/simulator';
import { mobDialect } from '@polysms/provider-mob/simulator';
import { twilioDialect } from '@polysms/provider-twilio/simulator';
import type { Dialect } from '@polysms/simulator';

/** Every vendor that Polysms simulates. A new one comes last, so that the ports of the others stay. */
export const dialects: readonly Dialect[] = [mobDialect({ anyTemplate: true }), twilioDialect(), aliyunDialect()];
