import type { DestinationStream } from "pino";

export interface BufferedOutput extends DestinationStream {
	/** Writes what is gathered now. */
	flush(): void;
}

const MAX_CHARACTERS = 65_536;

/**
 * Writes the lines of one turn of the event loop in one go: a system call for each line is most of what a line costs. A process that is killed loses the
 * lines of its last turn, unless they were flushed.
 */
export const bufferedOutput = (write: (text: string) => void): BufferedOutput => {
	let text = "";
	const flush = (): void => {
		if (text === "") return;
		const lines = text;
		text = "";
		write(lines);
	};
	return {
		write(line) {
			if (text === "") setImmediate(flush);
			text += line;
			if (text.length > MAX_CHARACTERS) flush();
		},
		flush,
	};
};
