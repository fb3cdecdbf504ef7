/** One of our commands in Moleculer's REPL. `<name>` in the command is a required word, `[name]` one that may be left out. */
export interface OperatorCommand {
	readonly command: string;
	readonly description: string;
	readonly options?: readonly { readonly option: string; readonly description: string }[];
	readonly action: (
		broker: unknown,
		args: { readonly options: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>,
	) => Promise<void>;
}

/** Prints what a command found, or in one line why it could not. */
export const printLines = async (lines: () => Promise<readonly string[]>): Promise<void> => {
	try {
		console.log((await lines()).join("\n"));
	} catch (cause) {
		console.log(`! ${(cause as Error).message}`);
	}
};

export const requiredArgument = (given: unknown, wanted: string): string => {
	if (typeof given !== "string" || given === "") throw new Error(`missing argument: ${wanted}`);
	return given;
};
