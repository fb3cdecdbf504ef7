import type { Program } from "@config/program";
import type { Principal } from "@kernel/access";
import type { Caller } from "@kernel/contract";

const OPERATOR: Principal = { kind: "operator" };

/** Calls as somebody who sits at the machine itself. */
export const asOperator = ({ broker }: Program): Caller => ({ call: (action, params) => broker.call(action, params, { meta: { principal: OPERATOR } }) });

/** Prints what a command found, or in one line why it could not. */
export const show = async (lines: () => Promise<readonly string[]>): Promise<void> => {
	try {
		console.log((await lines()).join("\n"));
	} catch (cause) {
		console.log(`! ${(cause as Error).message}`);
	}
};

export const word = (given: unknown, wanted: string): string => {
	if (typeof given !== "string" || given === "") throw new Error(`name ${wanted}`);
	return given;
};
