import type { HLJSApi, Language } from "highlight.js";

/** Rough grammars of languages whose full ones are as large as five others. */

export function css(api: HLJSApi): Language {
  return {
    name: "CSS",
    aliases: ["scss", "less"],
    contains: [
      api.C_BLOCK_COMMENT_MODE,
      api.APOS_STRING_MODE,
      api.QUOTE_STRING_MODE,
      { className: "keyword", begin: /@[\w-]+|!important\b/ },
      { className: "attr", begin: /(?<=[{;]\s*|^\s*)-{0,2}[a-z][\w-]*(?=\s*:\s*[^{}]*(?:[;}]|$))/ },
      { className: "number", begin: /#[0-9a-f]{3,8}\b|-?\b\d+(?:\.\d+)?(?:%|[a-z]+\b)?/i },
      { className: "selector-class", begin: /[.#][a-z_][\w-]*/i },
      { className: "built_in", begin: /[\w-]+(?=\()/ },
    ],
  };
}

const SQL_WORDS =
  "select from where and or not in is null as on join left right inner outer full cross using group by order having limit " +
  "offset union all distinct insert into values update set delete create alter drop table view index unique primary key " +
  "foreign references default check constraint cascade add column if exists case when then else end between like asc " +
  "desc with recursive returning begin commit rollback transaction trigger function returns over partition";
const SQL_TYPES =
  "int integer bigint smallint serial numeric decimal real float double precision char varchar text boolean bool date " +
  "time timestamp interval json jsonb uuid blob bytea";

export function sql(api: HLJSApi): Language {
  return {
    name: "SQL",
    case_insensitive: true,
    keywords: { keyword: SQL_WORDS, type: SQL_TYPES, literal: "true false" },
    contains: [
      api.C_BLOCK_COMMENT_MODE,
      api.COMMENT("--", "$"),
      { className: "string", begin: /'/, end: /'/, contains: [{ begin: /''/ }] },
      { className: "built_in", begin: /\b[a-z_]\w*(?=\()/ },
      api.C_NUMBER_MODE,
    ],
  };
}

const C_WORDS =
  "abstract alignas async await base break case catch class const constexpr continue default defer " +
  "delete do else enum explicit export extends extern final finally fixed for foreach friend fun goto guard " +
  "if implements import in inline instanceof interface internal is mutable namespace native new " +
  "noexcept operator out override package private protected public readonly ref return sealed " +
  "sizeof static struct super suspend switch synchronized template this throw throws transient try typedef typename " +
  "union unsafe using val var virtual volatile when where while yield";
const C_TYPES =
  "auto bool boolean byte char decimal double dynamic float int long nint object short signed size_t string uint ulong " +
  "unsigned ushort void wchar_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t";

/** C, C++, Java, C#, Kotlin: their words in one list, their types by the capital letter. */
export function cFamily(api: HLJSApi): Language {
  return {
    name: "C",
    aliases: ["h", "cpp", "c++", "cc", "cxx", "hpp", "hh", "java", "cs", "csharp", "kotlin", "kt", "kts"],
    keywords: { keyword: C_WORDS, type: C_TYPES, literal: "true false null nullptr NULL" },
    contains: [
      api.C_BLOCK_COMMENT_MODE,
      api.C_LINE_COMMENT_MODE,
      { className: "meta", begin: /^\s*#\s*[a-z]+|@[A-Z]\w*/ },
      { className: "string", begin: /"""/, end: /"""/ },
      api.QUOTE_STRING_MODE,
      { className: "string", begin: /'(?:\\.[^']*|[^'\\])'/ },
      api.C_NUMBER_MODE,
      { className: "title.function", begin: /\b[a-z_]\w*(?=\s*\()/, keywords: { keyword: C_WORDS, type: C_TYPES } },
      { className: "type", begin: /\b[A-Z]\w*[a-z]\w*\b/ },
    ],
  };
}
