/** The API token of a host with `access`, for as long as the tab is open; nothing else keeps it. */
const KEY = 'tributary.token';

export const keptToken = (): string | undefined => sessionStorage.getItem(KEY) ?? undefined;

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Who has a token cannot follow a link to a file, since links carry none: it is fetched and handed over. */
export async function fetchFile(address: string, name: string): Promise<void> {
  const response = await fetch(address, { headers: { Authorization: `Bearer ${keptToken()}` } });
  if (!response.ok) throw new Error(`The host answered with status ${response.status}.`);
  saveFile(await response.blob(), name);
}

export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
