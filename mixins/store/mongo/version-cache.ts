import { LRUCache } from "lru-cache";
import { microBatch } from "../../async/micro-batch";
import type { Journal } from "./journal";

/** The versions of aggregates. Each answer that commits nothing asks for one, so all that are asked in one turn are one question. */
export interface VersionCache {
	get(id: string): Promise<number>;
	/** What was read or written: a guess, that is confirmed before it is told. */
	learn(id: string, version: number): void;
	/** Whether what is remembered of it may be compared by its number: the keys of what was removed are not kept for ever, and numbers begin anew. */
	isComparable(id: string): boolean;
}

const REMEMBERED = 20_000;
/** By far less than the keys of what was removed are kept. */
const REMEMBERED_MS = 24 * 3_600_000;

/** No aggregate has it. */
const UNCOMPARABLE = -1;

/** @param forgettable whether aggregates may be removed */
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
