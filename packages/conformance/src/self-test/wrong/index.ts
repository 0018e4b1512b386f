import { wrongBackground } from './background.js';
import { wrongClose } from './close.js';
import { wrongShape } from './contract.js';
import { wrongDeadline } from './deadline.js';
import { wrongEvents } from './events.js';
import { wrongLookup } from './lookup.js';
import { wrongOutcomes } from './outcomes.js';
import { wrongPrinting } from './printing.js';
import { wrongPrivacy } from './privacy.js';
import { wrongSend } from './send.js';
import { wrongVerification } from './verification.js';
import { wrongProof } from './webhook-proof.js';
import { wrongReading } from './webhook-reading.js';
import { wrongReplies } from './webhook-replies.js';
import type { WrongProvider } from './wrong-provider.js';

/** One provider for every mistake that the kit must find. */
export const wrongProviders: readonly WrongProvider[] = [
  ...wrongShape,
  ...wrongSend,
  ...wrongOutcomes,
  ...wrongDeadline,
  ...wrongVerification,
  ...wrongProof,
  ...wrongReading,
  ...wrongReplies,
  ...wrongEvents,
  ...wrongLookup,
  ...wrongPrivacy,
  ...wrongPrinting,
  ...wrongClose,
  ...wrongBackground,
];
