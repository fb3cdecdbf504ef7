import { isLog, isLogRestart, type Moment } from "./moments";
import type { Entry } from "./recording";

/** Changes a recording to that of a program with a defect. */
export type Mutation = (entries: readonly Entry[]) => Entry[];

const withoutSyncsOf =
	(matches: (name: string) => boolean): Mutation =>
	(entries) =>
		entries.filter((entry) => entry.kind !== "syncEnd" || !matches(entry.name));

/** Drops the sync between the header of a log and the writes after it. */
const withoutHeaderSyncs: Mutation = (entries) => {
	const restarted = new Set<string>();
	return entries.filter((entry) => {
		if (entry.kind === "write" && isLogRestart(entry)) restarted.add(entry.name);
		else if (entry.kind === "write") restarted.delete(entry.name);
		return entry.kind !== "syncEnd" || !restarted.has(entry.name);
	});
};

/** Sends each response when the last sync before it began, instead of when it had ended. */
const answeredBeforeSync: Mutation = (entries) => {
	const changed: Entry[] = [];
	let place = 0;
	for (const entry of entries) {
		if (entry.kind === "response") {
			changed.splice(place, 0, entry);
			place += 1;
			continue;
		}
		changed.push(entry);
		if (entry.kind === "syncBegin" && isLog(entry.name)) place = changed.length;
	}
	return changed;
};

/** Defects that power cuts must reveal; `at`: the kind of moment that can reveal them. */
export const MUTATIONS: readonly { readonly name: string; readonly mutate: Mutation; readonly at?: Moment }[] = [
	{ name: "a log that is never synced", mutate: withoutSyncsOf(isLog) },
	{ name: "a log header that is not synced before the frames", mutate: withoutHeaderSyncs, at: "beforeFirstSyncOfRestartedLog" },
	{ name: "a database file that is not synced before its log restarts", mutate: withoutSyncsOf((name) => name.endsWith(".db")) },
	{ name: "responses that are sent before the sync", mutate: answeredBeforeSync },
];
