/** What the edge serves beside the contracts: by GET, for anybody. */
export interface OwnRoute {
	/** As OpenAPI writes it. */
	readonly path: string;
	readonly summary: string;
	readonly mediaType: string;
}

export const OWN_ROUTES = {
	root: { path: "/", summary: "Where to begin", mediaType: "application/json" },
	live: { path: "/health/live", summary: "Whether the process answers", mediaType: "application/json" },
	ready: {
		path: "/health/ready",
		summary: "Whether it is to be sent requests: 503 while it starts and stops",
		mediaType: "application/json",
	},
	openApi: { path: "/openapi.json", summary: "This description", mediaType: "application/json" },
	docs: { path: "/docs", summary: "This description, to read and try", mediaType: "text/html" },
	docsFile: { path: "/docs/{file}", summary: "What the page is made of", mediaType: "*/*" },
} as const satisfies Readonly<Record<string, OwnRoute>>;

export const assetRoute = (prefix: string): OwnRoute => ({
	path: `${prefix}/{file}`,
	summary: "Pictures of the demo catalogue",
	mediaType: "image/svg+xml",
});
