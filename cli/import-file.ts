import type { Readable } from "node:stream";
import type { Program } from "@config/program";
import { call, type ParamsOf } from "@kernel/contract";
import { operatorCaller } from "@mixins/service/operator-caller";
import { Products, type ImportReport } from "@services/products/products.contract";

/** Imports a product CSV into a running program, with the permissions of an operator. */
export const importFile = (program: Program, stream: Readable, params: ParamsOf<typeof Products.import>): Promise<ImportReport> =>
	call(operatorCaller(program.broker, { stream }), Products.import, params);
