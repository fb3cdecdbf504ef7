import { LRUCache } from "lru-cache";
import { microBatch } from "../../async/micro-batch";
import type { Journal } from "./journal";

/** Current versions of aggregates. Each reply without a commit needs one, so all lookups of one turn of the event loop are batched. */
export interface VersionCache {
	get(id: string): Promise<number>;
	/** Remembers a version that was read or written. It is confirmed against the journal before `get` returns it. */
	learn(id: string, version: number): void;
	/** Whether a remembered version may be compared by its number. The keys of a removed aggregate are freed later, and its versions restart at 1. */
	isComparable(id: string): boolean;
}

const REMEMBERED = 20_000;
/** Far shorter than the keys of removed aggregates are kept. */
const REMEMBERED_MS = 24 * 3_600_000;

/** A version that no aggregate has. */
const UNCOMPARABLE = -1;

/** @param forgettable whether aggregates of this kind may be removed */
export const versionCache = (
	journal: {
		readonly present: Journal["present"];
		readonly last: (id: string) => Promise<{ readonly _id: { readonly version: number } } | undefined>;
	},
	forgettable: boolean,
	now: () => number = () => performance.now(),
): VersionCache => {
	const guesses = new LRUCache<string, { readonly version: number; readonly at: number }>({ max: REMEMBERED });
	const learn = (id: string, version: number): void => {
		if (version > 0) guesses.set(id, { version, at: now() });
	};
	const counts = (id: string): boolean => !forgettable || (guesses.peek(id)?.at ?? -Infinity) > now() - REMEMBERED_MS;

	const asked = microBatch<string, number>(async (ids) => {
		const guessed = new Map(ids.flatMap((id) => [[id, guesses.get(id)?.version ?? 0] as const]));
		const keys = [...guessed].flatMap(([id, version]) =>
			version > 0
				? [
						{ id, version },
						{ id, version: version + 1 },
					]
				: [],
		);
		const present = new Set((await journal.present(keys)).map(({ id, version }) => `${version} ${id}`));
		const read = async ([id, version]: readonly [string, number]): Promise<readonly [string, number]> => {
			const comparable = counts(id);
			const confirmed = version > 0 && present.has(`${version} ${id}`) && !present.has(`${version + 1} ${id}`);
			const last = confirmed ? version : ((await journal.last(id))?._id.version ?? 0);
			if (comparable) learn(id, last);
			return [id, comparable || last === 0 ? last : UNCOMPARABLE];
		};
		const found = new Map(await Promise.all([...guessed].map(read)));
		return ids.map((id) => found.get(id)!);
	});

	return { get: (id) => asked.add(id), learn, isComparable: counts };
};
