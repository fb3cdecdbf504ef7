import { LRUCache } from "lru-cache";
import { runOutsideScope } from "../observability/scope";
import type { CommitKey, OwnCommit, UnpublishedCommit } from "../store/port";

const BATCH = 500;
/** Maximum number of queued commits. A longer queue is dropped: its commits stay in the journals. */
const MAX_QUEUED = 5_000;
const REMEMBERED = 20_000;
/** Must stay far below the time for which keys of removed aggregates are retained. Within that time no version is used twice. */
const REMEMBERED_MS = 3_600_000;

/** Publishes the commits of this process from memory, in a store that other processes also commit to. */
export interface OwnCommits {
	add(commits: readonly OwnCommit[]): void;
	start(): void;
	/** Ignores commits that are added later: they stay in the journals. */
	stop(): void;
	/** Resolves when no commit is queued or being published. */
	idle(): Promise<void>;
	/** The oldest commit that is queued or being published. */
	oldest(): UnpublishedCommit | undefined;
}

interface Options {
	/** See `Store.unpublishedBefore`. */
	readonly unpublishedBefore: (commits: readonly CommitKey[]) => Promise<readonly UnpublishedCommit[]>;
	/** Resolves when the bus has stored or delivered all events of the commits. */
	readonly publish: (commits: readonly UnpublishedCommit[]) => Promise<void>;
	readonly onError: (cause: unknown) => void;
}

const aggregateOf = ({ kind, id }: CommitKey): string => `${kind} ${id}`;

/** Removes duplicates and sorts the commits of each aggregate by version. */
const inOrder = (commits: readonly UnpublishedCommit[]): readonly UnpublishedCommit[] =>
	[...Map.groupBy(commits, aggregateOf).values()].flatMap((some) => {
		const byVersion = new Map(some.map((commit) => [commit.version, commit]));
		return [...byVersion.values()].sort((one, other) => one.version - other.version);
	});

/**
 * A commit is published only after all earlier commits of its aggregate. This process remembers the version up to which it has published each
 * aggregate. If the previous commit is not covered, the unpublished commits of other processes are read from the store first.
 *
 * If a publication fails, the queue is dropped. Its commits stay in the journals, where a sweep or the aggregate's next commit finds them.
 */
export const ownCommits = ({ unpublishedBefore, publish, onError }: Options): OwnCommits => {
	/** The version of each aggregate up to which all commits are published. */
	const published = new LRUCache<string, number>({ max: REMEMBERED, ttl: REMEMBERED_MS });
	let queue: OwnCommit[] = [];
	let batch: readonly OwnCommit[] = [];
	let running: Promise<void> | undefined;
	let state: "new" | "started" | "stopped" = "new";

	/**
	 * @returns `reached`: the version up to which the batch publishes each aggregate;
	 * `gaps`: the commits that unpublished commits of other processes may precede
	 */
	const follow = (commits: readonly OwnCommit[]) => {
		const reached = new Map<string, number>();
		const gaps = commits.filter((commit) => {
			const aggregate = aggregateOf(commit);
			const follows = commit.version === 1 || (reached.get(aggregate) ?? published.get(aggregate)) === commit.version - 1;
			if (follows || commit.unpublished) reached.set(aggregate, commit.version);
			return !follows && commit.unpublished;
		});
		return { reached, gaps };
	};
	const publishAll = async (): Promise<void> => {
		while (queue.length > 0) {
			batch = queue.splice(0, BATCH);
			const { reached, gaps } = follow(batch);
			const before = gaps.length > 0 ? await unpublishedBefore(gaps) : [];
			const commits = inOrder([...before, ...batch.flatMap(({ unpublished }) => unpublished ?? [])]);
			if (commits.length > 0) await publish(commits);
			for (const [aggregate, version] of reached) published.set(aggregate, version);
		}
	};
	const wake = (): void => {
		if (state === "new" || queue.length === 0) return;
		running ??= runOutsideScope(publishAll)
			.catch((cause: unknown) => {
				queue = [];
				onError(cause);
			})
			.finally(() => {
				batch = [];
				running = undefined;
				wake();
			});
	};

	return {
		add(commits) {
			if (state === "stopped") return;
			queue.push(...commits);
			if (queue.length > MAX_QUEUED) queue = [];
			wake();
		},
		start() {
			state = "started";
			wake();
		},
		stop() {
			state = "stopped";
		},
		async idle() {
			while (running) await running;
		},
		oldest: () => [...batch, ...queue].find(({ unpublished }) => unpublished)?.unpublished,
	};
};
