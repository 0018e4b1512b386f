/**
 * Numbers of SIM cards in machines (M2M), which receive messages like any other. libphonenumber leaves them out, and
 * calls them too long. Sources: the regulators' numbering plans (MIIT 2017, ARCEP, SETSI, BIPT, Nkom, PTS, the Danish
 * and the Indian plan); national numbers, by country.
 */
const machineNumbers: ReadonlyMap<string, RegExp> = new Map([
  ['BE', /^77\d{11}$/],
  ['CN', /^1(?:064[6-9]\d{8}|4[0-4]\d{10})$/],
  ['DK', /^37\d{10}$/],
  ['ES', /^59\d{11}$/],
  ['FR', /^700\d{10}$/],
  ['IN', /^5[579]\d{11}$/],
  ['NO', /^58\d{10}$/],
  ['SE', /^71\d{11}$/],
]);

/** Whether the plan of a country has the number for machines. */
export function isMachineNumber(country: string | undefined, nationalNumber: string): boolean {
  return country !== undefined && machineNumbers.get(country)?.test(nationalNumber) === true;
}
