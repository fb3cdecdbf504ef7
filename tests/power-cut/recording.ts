/** One entry of the recording of a process by recorder.c. Names are paths below the recorded folder; "" is the folder itself. */
export type Entry = { readonly thread: number } & (
	| { readonly kind: "write"; readonly name: string; readonly position: number; readonly data: Buffer }
	| { readonly kind: "truncate"; readonly name: string; readonly size: number }
	| { readonly kind: "create" | "mkdir" | "unlink" | "syncBegin" | "syncEnd"; readonly name: string }
	| { readonly kind: "rename"; readonly name: string; readonly newName: string }
	/** The first bytes of an HTTP response, which is sent after this entry was written. */
	| { readonly kind: "response"; readonly head: string }
);

const HEADER_BYTES = 24;
const KINDS = ["write", "truncate", "create", "mkdir", "rename", "unlink", "syncBegin", "syncEnd", "response"] as const;

const toEntry = (kind: (typeof KINDS)[number], thread: number, name: string, position: number, data: Buffer): Entry => {
	switch (kind) {
		case "write":
			return { kind, thread, name, position, data };
		case "truncate":
			return { kind, thread, name, size: position };
		case "rename":
			return { kind, thread, name, newName: data.toString() };
		case "response":
			return { kind, thread, head: data.toString("latin1") };
		default:
			return { kind, thread, name };
	}
};

/** @throws Error if the file does not consist of complete entries */
export const parseRecording = (bytes: Buffer): Entry[] => {
	const entries: Entry[] = [];
	for (let at = 0; at < bytes.length;) {
		const [kind, thread, nameLength, dataLength] = [0, 4, 16, 20].map((field) => bytes.readUInt32LE(at + field)) as [
			number,
			number,
			number,
			number,
		];
		const name = at + HEADER_BYTES;
		const data = name + nameLength;
		const end = data + dataLength;
		const known = KINDS[kind - 1];
		if (known === undefined || end > bytes.length) throw new Error(`entry ${entries.length} of the recording is damaged`);
		entries.push(
			toEntry(known, thread, bytes.toString("utf8", name, data), Number(bytes.readBigUInt64LE(at + 8)), bytes.subarray(data, end)),
		);
		at = end;
	}
	return entries;
};
