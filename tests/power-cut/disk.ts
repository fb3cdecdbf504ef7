import { dirname } from "node:path/posix";
import type { SeededRandom } from "../../faults/seeded-random";
import { afterLoss, applyAll, content, type Change, type Content } from "./content";
import type { Entry } from "./recording";

interface File {
	readonly isFolder: boolean;
	/** The content at the last sync. */
	readonly durable: Content;
	/** Later changes, in order. */
	pending: Change[];
}

/** A file was created, removed or renamed. */
interface Naming {
	readonly at: number;
	readonly folder: string;
	readonly file: File;
	readonly from?: string;
	readonly to?: string;
}

type Names = Map<string, File>;

/** Contents of files by name. */
export type Files = ReadonlyMap<string, Buffer>;

/**
 * Model of a disk and its page cache, filled from a recording.
 *
 * - A sync of a file makes the file's name durable, and all changes made before the sync began (as ext4, XFS and Btrfs do). A sync of a
 *   folder makes the names in it durable.
 * - Any other write may be lost, each 512-byte sector independently. A sector never has a write without the earlier writes to the same sector.
 * - Changes of names in one folder reach the disk in order, as with a metadata journal. A power cut loses none, or the last ones.
 */
export interface Disk {
	apply(entry: Entry): void;
	/** Returns files as a power cut at this moment may leave them. */
	afterCut(chance: SeededRandom): Files;
	/** Returns the files as the running system sees them. */
	now(): Files;
}

const folderOf = (name: string): string => (name.includes("/") ? dirname(name) : "");

const applyNaming = (names: Names, { file, from, to }: Naming): void => {
	if (from !== undefined && names.get(from) === file) names.delete(from);
	if (to !== undefined) names.set(to, file);
};

const contentsOf = (names: Names, contentOf: (file: File) => Content): Files =>
	new Map([...names].filter(([, { isFolder }]) => !isFolder).map(([name, file]) => [name, contentOf(file).bytes()]));

const newFile = (isFolder: boolean): File => ({ isFolder, durable: content(), pending: [] });

export const emptyDisk = (): Disk => {
	const root = newFile(true);
	const names: Names = new Map([["", root]]);
	const durableNames: Names = new Map([["", root]]);
	const syncs = new Map<number, { readonly file: File; readonly name: string; readonly at: number }>();
	let namings: Naming[] = [];
	let at = 0;

	const rename = (file: File, { from, to }: { from?: string; to?: string }): void => {
		const naming = { at, file, folder: folderOf((to ?? from)!), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
		applyNaming(names, naming);
		namings.push(naming);
	};
	const endSync = (thread: number): void => {
		const sync = syncs.get(thread);
		if (!sync) return;
		syncs.delete(thread);
		const { file, name } = sync;
		const isCovered = (naming: Naming): boolean =>
			naming.at < sync.at && (naming.file === file || name.startsWith(`${naming.to}/`) || (file.isFolder && naming.folder === name));
		for (const naming of namings.filter(isCovered)) applyNaming(durableNames, naming);
		namings = namings.filter((naming) => !isCovered(naming));
		const covered = file.pending.filter((change) => change.at < sync.at);
		applyAll(file.durable, covered);
		file.pending = file.pending.slice(covered.length);
	};

	return {
		apply(entry) {
			at += 1;
			if (entry.kind === "response") return;
			if (entry.kind === "syncEnd") {
				endSync(entry.thread);
				return;
			}
			if (entry.kind === "create" || entry.kind === "mkdir") {
				rename(newFile(entry.kind === "mkdir"), { to: entry.name });
				return;
			}
			const file = names.get(entry.name);
			if (!file) return; // the file was removed while it was open, so no later start will see it
			if (entry.kind === "write") file.pending.push({ at, position: entry.position, data: entry.data });
			else if (entry.kind === "truncate") file.pending.push({ at, length: entry.size });
			else if (entry.kind === "unlink") rename(file, { from: entry.name });
			else if (entry.kind === "rename") rename(file, { from: entry.name, to: entry.newName });
			else syncs.set(entry.thread, { file, name: entry.name, at });
		},
		afterCut(chance) {
			const left = new Map(durableNames);
			for (const inFolder of Map.groupBy(namings, ({ folder }) => folder).values())
				for (const naming of inFolder.slice(0, chance.int(0, inFolder.length))) applyNaming(left, naming);
			const isReachable = (name: string): boolean => name === "" || (left.has(name) && isReachable(folderOf(name)));
			for (const name of [...left.keys()]) if (!isReachable(name)) left.delete(name);
			return contentsOf(left, ({ durable, pending }) => afterLoss(durable, pending, chance));
		},
		now: () => contentsOf(names, ({ durable, pending }) => applyAll(durable.copy(), pending)),
	};
};
