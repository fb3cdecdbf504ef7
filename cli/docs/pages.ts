import { openApi } from "@services/gateway/openapi/document";
import { routesOf } from "@services/gateway/routing/routes";
import { ACTIONS, ASSETS } from "../../services";
import { errorsPage } from "./errors";
import { statesPage } from "./states";

/** The generated pages of docs/ by file name. A test fails if a stored page differs. */
export const generatedPages = (): Readonly<Record<string, string>> => ({
	"errors.md": errorsPage(ACTIONS),
	"states.md": statesPage(),
	"openapi.json": `${JSON.stringify(openApi(routesOf(ACTIONS), { assets: ASSETS.prefix }), null, "\t")}\n`,
});
