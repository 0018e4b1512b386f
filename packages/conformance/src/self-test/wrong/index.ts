import { wrongBackground } from './background.js';
import { wrongClose } from './close.js';
import { wrongShape } from './contract.js';
import { wrongDeadline } from './deadline.js';
import { wrongOutcomes } from './outcomes.js';
import { wrongPrinting } from './printing.js';
import { wrongPrivacy } from './privacy.js';
import { wrongSend } from './send.js';
import { wrongVerification } from './verification.js';
import type { WrongProvider } from './wrong-provider.js';

/** One provider for every mistake that the kit must find. */
export const wrongProviders: readonly WrongProvider[] = [
  ...wrongShape,
  ...wrongSend,
  ...wrongOutcomes,
  ...wrongDeadline,
  ...wrongVerification,
  ...wrongPrivacy,
  ...wrongPrinting,
  ...wrongClose,
  ...wrongBackground,
];
