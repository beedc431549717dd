/** The files of a drop or of a chosen folder, with the names that they have in it. */

export type PendingFile = { name: string; file: File };

/** Must be called while the drop event runs: the browser forgets the items right after. */
export function readDrop(items: DataTransferItemList): Promise<PendingFile[]> {
  const files: PendingFile[] = [];
  const entries: FileSystemEntry[] = [];
  for (const item of items) {
    const entry = item.webkitGetAsEntry();
    // A file that comes from another program rather than from a folder has no entry.
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) files.push({ name: file.name, file });
  }
  return walkAll(entries).then((found) => [...files, ...found]);
}

/** What an `<input type="file">` holds; with `webkitdirectory`, names carry their folders. */
export function readChosen(files: FileList): PendingFile[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

async function walkAll(entries: FileSystemEntry[]): Promise<PendingFile[]> {
  const found: PendingFile[] = [];
  for (const entry of entries) found.push(...(await walk(entry)));
  return found;
}

async function walk(entry: FileSystemEntry): Promise<PendingFile[]> {
  if (isFolder(entry)) return walkAll(await readFolder(entry.createReader()));
  if (!isFile(entry)) return [];
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return [{ name: entry.fullPath.replace(/^\//, ""), file }];
}

/** `readEntries` gives 100 at most at a time (Chromium) and an empty list at the end. */
async function readFolder(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    found.push(...some);
  }
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
