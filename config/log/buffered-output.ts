import type { DestinationStream } from "pino";

export interface BufferedOutput extends DestinationStream {
	/** Writes all buffered lines. */
	flush(): void;
}

const MAX_CHARACTERS = 65_536;

/**
 * Writes the lines of one event loop turn with one system call, because the call is most of the cost of a line. A process that is killed loses the
 * lines of its last turn that were not flushed.
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
