import type { UnpublishedCommit } from "../store/port";

/** Interval between writes of marks. After a crash, the commits published within it are published again. */
const GATHER_MS = 250;

/** Collects the published marks of commits and writes them in batches. A commit whose mark is lost is published again. */
export interface PublicationMarks {
	add(published: readonly UnpublishedCommit[]): void;
	/** Writes the marks that were added before. */
	flush(): Promise<void>;
}

export const publicationMarks = (
	write: (published: readonly UnpublishedCommit[]) => Promise<void>,
	onError: (cause: unknown) => void,
): PublicationMarks => {
	let gathered: UnpublishedCommit[] = [];
	let timer: NodeJS.Timeout | undefined;
	let writing: Promise<void> = Promise.resolve();

	const writeAll = async (): Promise<void> => {
		const some = gathered;
		gathered = [];
		if (some.length > 0) await write(some).catch(onError);
	};
	const flush = (): Promise<void> => {
		clearTimeout(timer);
		timer = undefined;
		return (writing = writing.then(writeAll));
	};

	return {
		add(published) {
			gathered.push(...published);
			timer ??= setTimeout(() => void flush(), GATHER_MS).unref();
		},
		flush,
	};
};
