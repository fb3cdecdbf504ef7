/** Routes that the gateway serves itself: GET only, without authentication. */
export interface BuiltinRoute {
	/** In the notation of OpenAPI. */
	readonly path: string;
	readonly summary: string;
	readonly mediaType: string;
}

export const BUILTIN_ROUTES = {
	root: { path: "/", summary: "Links to the API's entry points", mediaType: "application/json" },
	live: { path: "/health/live", summary: "Liveness probe", mediaType: "application/json" },
	ready: {
		path: "/health/ready",
		summary: "Readiness probe: 503 during start-up and shutdown",
		mediaType: "application/json",
	},
	openApi: { path: "/openapi.json", summary: "OpenAPI document", mediaType: "application/json" },
	docs: { path: "/docs", summary: "API documentation", mediaType: "text/html" },
	docsFile: { path: "/docs/{file}", summary: "Static files of the documentation page", mediaType: "*/*" },
} as const satisfies Readonly<Record<string, BuiltinRoute>>;

export const assetRoute = (prefix: string): BuiltinRoute => ({
	path: `${prefix}/{file}`,
	summary: "Demo product images",
	mediaType: "image/svg+xml",
});
