import type { UnpublishedCommit } from "../store/port";

/** A crash costs the repetition of what was published in this time. */
const GATHER_MS = 250;

/** Gathers marks of commits that were published and writes them together. A mark that is lost costs a repetition. */
export interface PublicationMarks {
	add(published: readonly UnpublishedCommit[]): void;
	/** Writes what was added before. */
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
