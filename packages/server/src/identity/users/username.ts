const MAX_LENGTH = 128;

/** What two spellings of a user name have in common; undefined for what cannot be one. */
export function usernameKey(username: string): string | undefined {
  const key = username.normalize('NFKC').trim().toLowerCase();
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return key === '' || key.length > MAX_LENGTH || /[\u0000-\u001f\u007f]/.test(key) || !key.isWellFormed()
    ? undefined
    : key;
}
