import { LRUCache } from "lru-cache";
import { runOutsideScope } from "../observability/scope";
import type { CommitKey, OwnCommit, UnpublishedCommit } from "../store/port";

const BATCH = 500;
/** While the bus takes nothing the journals keep what is committed; memory keeps no more than this. */
const MAX_QUEUED = 5_000;
const REMEMBERED = 20_000;
/** Far below the time for which the keys of removed aggregates stay taken: within it no version is used twice. */
const REMEMBERED_MS = 3_600_000;

/** Publishes the commits of this process from memory, where other processes commit to the same store. */
export interface OwnCommits {
	add(commits: readonly OwnCommit[]): void;
	start(): void;
	/** Ignores what is added from now on: it stays in the journals. */
	stop(): void;
	/** Resolves when nothing is queued or under way. */
	idle(): Promise<void>;
	/** The oldest that is queued or under way. */
	oldest(): UnpublishedCommit | undefined;
}

interface Options {
	/** See `Store.unpublishedBefore`. */
	readonly unpublishedBefore: (commits: readonly CommitKey[]) => Promise<readonly UnpublishedCommit[]>;
	/** Resolves when all are safe. */
	readonly publish: (commits: readonly UnpublishedCommit[]) => Promise<void>;
	readonly onError: (cause: unknown) => void;
}

const aggregateOf = ({ kind, id }: CommitKey): string => `${kind} ${id}`;

/** Each commit once, those of one aggregate in the order of their versions. */
const inOrder = (commits: readonly UnpublishedCommit[]): readonly UnpublishedCommit[] =>
	[...Map.groupBy(commits, aggregateOf).values()].flatMap((some) => {
		const byVersion = new Map(some.map((commit) => [commit.version, commit]));
		return [...byVersion.values()].sort((one, other) => one.version - other.version);
	});

/**
 * A commit is published only after all commits of its aggregate before it. Those of this process are: it remembers up to which version it has
 * published an aggregate. Where the commit before is not among them, the store is asked for what other processes have left unpublished.
 *
 * When a publication fails the queue is dropped. Its commits stay in the journals, where a sweep or the next commit of their aggregate finds them.
 */
export const ownCommits = ({ unpublishedBefore, publish, onError }: Options): OwnCommits => {
	/** By aggregate, the version up to which nothing is left to publish. */
	const published = new LRUCache<string, number>({ max: REMEMBERED, ttl: REMEMBERED_MS });
	let queue: OwnCommit[] = [];
	let batch: readonly OwnCommit[] = [];
	let running: Promise<void> | undefined;
	let state: "new" | "started" | "stopped" = "new";

	/** @returns up to which version the batch publishes each aggregate, and the commits before which another process may have left something */
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
