/** A Patient that the server takes; every fault of the suite is put into a copy of it. */
export function validPatient(): Record<string, unknown> {
  return {
    resourceType: 'Patient',
    active: true,
    identifier: [{ system: 'urn:example:robustness', value: 'r-1' }],
    name: [{ family: 'Robust', given: ['Ro'] }],
    gender: 'other',
    birthDate: '1970-01-02',
    maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] },
    address: [{ line: ['1 Long Road'], city: 'Springfield' }],
  };
}

/** An Observation that the server takes. */
export function validObservation(): Record<string, unknown> {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    effectiveDateTime: '2020-02-03T04:05:06Z',
    valueQuantity: { value: 72.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  };
}

/** `[x]` as JSON, with `text` in the place of the number 4711, for numbers that no JavaScript value has. */
export function observationWithNumber(text: string): string {
  const observation = { ...validObservation(), valueQuantity: { value: 4711, unit: 'kg' } };
  return JSON.stringify(observation).replace('4711', text);
}

export function transactionOf(...entries: readonly unknown[]): string {
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries });
}

export function createEntry(resource: Record<string, unknown>, fullUrl?: string): Record<string, unknown> {
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    resource,
    request: { method: 'POST', url: String(resource['resourceType']) },
  };
}
