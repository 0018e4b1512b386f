import type { Box } from '../box.js';
import { faultKinds, scheduleFields } from '../faults/fault-kinds.js';
import { type Fault, hitsReports } from '../faults/faults.js';
import type { ApiFault, ApiList } from './contract.js';
import { type ControlEndpoint, curlLine, listed } from './endpoint.js';

/** Everything that can be asked of a box, with examples of the vendors in it. */
export function apiList(box: Box, endpoints: readonly ControlEndpoint[], url: string): ApiList {
  const faults = Object.values(faultKinds).map((kind) => listedFault(box, kind, url));
  return { endpoints: endpoints.map((endpoint) => listed(endpoint, box, url)), faults, when: scheduleFields };
}

type AnyKind = (typeof faultKinds)[Fault['kind']];

function listedFault({ vendors }: Box, { what, fields, example }: AnyKind, url: string): ApiFault {
  const able = vendors.filter((vendor) => canHave(vendor, example));
  const [first] = able;
  const fault: Fault =
    example.kind === 'answer' ? { ...example, name: first?.dialect.answers[0]?.name ?? '' } : example;
  // An answer has its name from one vendor.
  const isForAll = able.length === vendors.length && fault.kind !== 'answer';
  const named = isForAll || first === undefined ? { fault } : { vendor: first.dialect.vendor, fault };
  return {
    kind: example.kind,
    what,
    fields,
    vendors: able.map(({ dialect }) => dialect.vendor),
    curl: curlLine('POST', `${url}/api/faults`, named),
  };
}

function canHave({ dialect, open }: Box['vendors'][number], fault: Fault): boolean {
  if (fault.kind === 'status') return open.answersNumbers === true;
  if (fault.kind === 'answer') return dialect.answers.length > 0;
  return !hitsReports(fault) || open.reports !== undefined;
}
