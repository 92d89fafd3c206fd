"""The part-of-speech tags that jieba uses: what each means, and what its letters come from.

The tags are those of Peking University's 现代汉语语法信息词典 (俞士汶 et al.), with jieba's own additions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """A part-of-speech tag: its name and where its letters come from, in Chinese and in English."""

    tag: str
    zh: str
    origin_zh: str
    en: str
    origin_en: str


TABLE = tuple(
    Tag(*row)
    for row in (
        ("Ag", "形语素", "形容词性语素：形容词代码 a，语素代码 g", "adjectival morpheme", "A(djective) + g"),
        ("a", "形容词", "英语 adjective 的首字母", "adjective", "a(djective)"),
        ("ad", "副形词", "直接作状语的形容词：a 加副词代码 d", "adjective used as an adverb", "a + (a)d(verb)"),
        ("an", "名形词", "有名词功能的形容词：a 加名词代码 n", "adjective used as a noun", "a + n(oun)"),
        ("b", "区别词", "汉字“别”的声母", "distinguishing word (only before nouns)", "b(ié) 别, to distinguish"),
        ("c", "连词", "英语 conjunction 的首字母", "conjunction", "c(onjunction)"),
        ("Dg", "副语素", "副词性语素：副词代码 d，语素代码 g", "adverbial morpheme", "D (adverb) + g"),
        ("d", "副词", "英语 adverb 的第二个字母（a 已用于形容词）", "adverb", "(a)d(verb), as a is taken"),
        ("df", "否定副词", "jieba 自有：副词代码 d；只有“不要”", "negating adverb (only 不要)", "jieba's own: d + f"),
        ("e", "叹词", "英语 exclamation 的首字母", "exclamation", "e(xclamation)"),
        ("eng", "英文", "jieba 自有：英语 English 的前三个字母", "letters and digits", "jieba's own: Eng(lish)"),
        ("f", "方位词", "汉字“方”的声母", "word of place or direction", "f(āng) 方, direction"),
        ("g", "语素", "汉字“根”的声母：多数语素能作合成词的词根", "morpheme", "g(ēn) 根, root"),
        ("h", "前接成分", "英语 head 的首字母", "prefix", "h(ead)"),
        ("i", "成语", "英语 idiom 的首字母", "idiom", "i(diom)"),
        ("j", "简称略语", "汉字“简”的声母", "abbreviation", "j(iǎn) 简, short"),
        ("k", "后接成分", "前接成分用了 h，取字母表中靠近的 k", "suffix", "a letter near h, the prefix"),
        ("l", "习用语", "汉字“临”的声母：尚未成为成语，有点“临时性”", "set phrase", "l(ín) 临, for the time being"),
        ("Mg", "数语素", "数词性语素：数词代码 m，语素代码 g", "numeral morpheme", "M (numeral) + g"),
        ("m", "数词", "英语 numeral 的第三个字母（n、u 已有他用）", "numeral", "(nu)m(eral), as n and u are taken"),
        ("mq", "数量词", "数词代码 m 加量词代码 q", "numeral with its classifier", "m + q"),
        ("Ng", "名语素", "名词性语素：名词代码 n，语素代码 g", "nominal morpheme", "N(oun) + g"),
        ("n", "名词", "英语 noun 的首字母", "noun", "n(oun)"),
        ("nr", "人名", "名词代码 n 加“人”(ren) 的声母", "name of a person", "n + r(én) 人, person"),
        ("nrfg", "人名（古今人物）", "jieba 自有：细分 nr", "name of a person of old", "jieba's own: nr + fg"),
        ("nrt", "人名（音译等）", "jieba 自有：nr 加 transliteration 首字母", "transliterated name", "nr + t"),
        ("ns", "地名", "名词代码 n 加处所词代码 s", "name of a place", "n + s(pace)"),
        ("nt", "机构团体", "名词代码 n 加“团”(tuan) 的声母", "organisation", "n + t(uán) 团, group"),
        ("nx", "外文字符", "名词代码 n 加非语素字代码 x", "foreign letters as a name", "n + x"),
        ("nz", "其他专名", "名词代码 n 加“专”(zhuan) 声母的首字母", "other proper name", "n + z(huān) 专, special"),
        ("o", "拟声词", "英语 onomatopoeia 的首字母", "onomatopoeia", "o(nomatopoeia)"),
        ("p", "介词", "英语 preposition 的首字母", "preposition", "p(reposition)"),
        ("q", "量词", "英语 quantity 的首字母", "classifier, measure word", "q(uantity)"),
        ("Rg", "代语素", "代词性语素：代词代码 r，语素代码 g", "pronominal morpheme", "R (pronoun) + g"),
        ("r", "代词", "英语 pronoun 的第二个字母（p 已用于介词）", "pronoun", "(p)r(onoun), as p is taken"),
        ("rr", "人称代词", "jieba 自有：r 加“人”的声母", "personal pronoun", "jieba's own: r + r(én) 人"),
        ("rz", "指示代词", "jieba 自有：r 加“指”(zhi) 首字母", "demonstrative pronoun", "jieba's own: r + z(hǐ) 指"),
        ("s", "处所词", "英语 space 的首字母", "word of place", "s(pace)"),
        ("Tg", "时语素", "时间词性语素：时间词代码 t，语素代码 g", "temporal morpheme", "T(ime) + g"),
        ("t", "时间词", "英语 time 的首字母", "word of time", "t(ime)"),
        ("u", "助词", "英语 auxiliary 第二个字母（a 已他用）", "auxiliary, particle", "(a)u(xiliary), as a is taken"),
        ("ud", "结构助词“得”", "助词代码 u 加“得”(de) 的声母", "the particle 得", "u + d(e) 得"),
        ("ug", "时态助词“过”", "助词代码 u 加“过”(guo) 的声母", "the particle 过", "u + g(uò) 过"),
        ("uj", "结构助词“的”", "助词代码 u 加 j，jieba 自有", "the particle 的", "jieba's own: u + j"),
        ("ul", "时态助词“了”", "助词代码 u 加“了”(le) 的声母", "the particle 了", "u + l(e) 了"),
        ("uv", "结构助词“地”", "u 加动词代码 v：用在动词前", "the particle 地", "u + v: it stands before verbs"),
        ("uz", "时态助词“着”", "助词代码 u 加“着”(zhe) 的首字母", "the particle 着", "u + z(he) 着"),
        ("Vg", "动语素", "动词性语素：动词代码 v，语素代码 g", "verbal morpheme", "V(erb) + g"),
        ("v", "动词", "英语 verb 的首字母", "verb", "v(erb)"),
        ("vd", "副动词", "直接作状语的动词：v 加副词代码 d", "verb used as an adverb", "v + (a)d(verb)"),
        ("vi", "不及物动词", "v 加英语 intransitive 的首字母", "intransitive verb", "v + i(ntransitive)"),
        ("vn", "名动词", "有名词功能的动词：v 加名词代码 n", "verb used as a noun", "v + n(oun)"),
        ("vq", "动词加“过”等", "jieba 自有：v 加 q", "verb of completed action (去过)", "jieba's own: v + q"),
        ("w", "标点符号", "汉字“文”的声母，习惯用法（jieba 标为 x）", "punctuation (x with jieba)", "by custom"),
        ("x", "非语素字、符号", "字母 x 常代表未知数、符号", "no morpheme: symbol, or unknown", "x, the unknown"),
        ("y", "语气词", "汉字“语”的声母", "modal particle", "y(ǔ) 语, of mood"),
        ("z", "状态词", "汉字“状”声母的首字母", "word of state", "z(huàng) 状, state"),
        ("zg", "状态语素", "状态词代码 z 加 g（jieba 也用于“很”“较”等）", "stative morpheme (also 很, 较)", "z + g"),
    )
)  # fmt: skip
BY_TAG = {each.tag.lower(): each for each in TABLE}
# The hidden Markov model also knows these, of a handful of words each.
RARE = frozenset({"bg", "en", "in", "jn", "ln", "qe", "qg", "yg"})


def explain(tag: str) -> Tag | None:
    """Return what a tag means (in either case); of a rare one that is not in the table, what its first letter means."""
    lower = tag.lower()
    return BY_TAG.get(lower) or (BY_TAG[lower[0]] if lower in RARE else None)
