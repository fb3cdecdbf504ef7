/** A command of the shop in Moleculer's REPL. `<name>` in the command is a required argument, `[name]` an optional one. */
export interface OperatorCommand {
	readonly command: string;
	readonly description: string;
	readonly options?: readonly { readonly option: string; readonly description: string }[];
	readonly action: (
		broker: unknown,
		args: { readonly options: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>,
	) => Promise<void>;
}

/** Prints the result of a command, or its failure in one line. */
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
