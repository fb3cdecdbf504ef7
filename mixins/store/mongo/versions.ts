import { LRUCache } from "lru-cache";
import { groups } from "./groups";
import type { Journal } from "./journal";

/** The versions of aggregates. Each answer that commits nothing asks for one, so all that are asked in one turn are one question. */
export interface Versions {
	get(id: string): Promise<number>;
	/** What was read or written: a guess, that is confirmed before it is told. */
	learn(id: string, version: number): void;
}

const REMEMBERED = 20_000;

export const versions = (journal: Pick<Journal, "last" | "present">): Versions => {
	const guesses = new LRUCache<string, number>({ max: REMEMBERED });
	const learn = (id: string, version: number): void => {
		if (version > 0) guesses.set(id, version);
	};

	const asked = groups<string, number>(async (ids) => {
		const guessed = new Map(ids.flatMap((id) => [[id, guesses.get(id) ?? 0] as const]));
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
			if (version > 0 && present.has(`${version} ${id}`) && !present.has(`${version + 1} ${id}`)) return [id, version];
			const last = await journal.last(id);
			learn(id, last);
			return [id, last];
		};
		const found = new Map(await Promise.all([...guessed].map(read)));
		return ids.map((id) => found.get(id)!);
	});

	return { get: (id) => asked.add(id), learn };
};
