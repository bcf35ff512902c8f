"""English as somebody writes it who only hears it: "ver kan ai get tabletki". Training phrases are seen so as well."""

from __future__ import annotations

import re

#: Common words whose sound no rule below gives.
HEARD = dict(
    pair.split(":")
    for pair in (
        "i:ai im:aim my:mai me:mi he:hi hes:his she:shi shes:shis we:vi you:yu your:yor they:zei them:zem their:zer "
        "the:ze this:zis that:zet there:zer these:ziz those:zos is:iz are:ar was:voz were:ver be:bi been:bin have:hev "
        "has:hez had:hed do:du does:daz dont:dont doesnt:dazent didnt:didnt can:ken cant:kent could:kud couldnt:kudnt "
        "would:vud should:shud will:vil wont:vont want:vont wanna:vonna what:vot where:ver when:ven who:hu why:vai "
        "which:vich how:hau now:nau out:aut outside:autsaid inside:insaid house:haus home:houm door:dor window:vindou "
        "to:tu too:tu two:tu one:van some:sam someone:samvan something:samsing anyone:enivan any:eni many:meni "
        "come:kam comes:kams coming:kaming back:bek here:hir near:nir knife:naif life:laif live:liv alive:alaiv "
        "living:living die:dai dying:daing dead:ded death:des kill:kil killed:kild blood:blad bleeding:bliding "
        "breathe:briz breath:bres throat:srout neck:nek hurt:hert hurts:herts pain:pein head:hed stomach:stomak "
        "night:nait tonight:tunait right:rait fight:fait light:lait yesterday:yesterdei today:tudei husband:hazband "
        "wife:vaif friend:frend boyfriend:boifrend girlfriend:gerlfrend sister:sister brother:brazer mother:mazer "
        "father:fazer daughter:doter child:chaild children:children baby:beibi girl:gerl boy:boi man:men woman:vuman "
        "police:polis please:plis help:khelp know:nou no:nou not:not never:never nobody:noubadi nothing:nasing "
        "take:teik took:tuk make:meik name:neim case:keis safe:seif afraid:afreid scared:skerd quick:kvik hide:haid "
        "hiding:haiding pills:pils money:mani pay:pei free:fri lawyer:loyer court:kort report:riport test:test "
        "fault:folt shame:sheim alone:aloun phone:foun go:gou going:going leave:liv sleep:slip feel:fil need:nid "
        "got:got just:dzhast because:bikoz with:viz without:vizaut before:bifor after:after again:agen away:avei "
        "like:laik time:taim day:dei week:vik year:yir years:yirs hour:auer hours:auers very:veri much:mach more:mor "
        "really:rili all:ol always:olveis and:end of:ov for:for from:from in:in on:on at:et so:sou if:if or:or but:bat "
        "it:it its:its up:ap down:daun over:over other:azer think:sink tell:tel told:told say:sei says:ses said:sed "
        "anymore:enimor myself:maiself hit:hit hits:hits beat:bit beats:bits drink:drink "
        "drunk:drank thank:senk thanks:senks hello:khello write:rait speak:spik english:inglish people:pipl"
    ).split()
)
_SOUNDS = (
    ("tion", "shn"), ("ough", "of"), ("igh", "ai"), ("wh", "v"), ("w", "v"), ("th", "z"), ("ck", "k"), ("qu", "kv"),
    ("x", "ks"), ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "au"), ("ay", "ei"), ("ch", "ch"), ("ph", "f"),
)  # fmt: skip
_HARD_C = re.compile("c(?![eiyh])")
_SOFT_C = re.compile("c(?=[eiy])")
_SILENT = re.compile("(?<=[bcdfgklmnprstvz])e$")


def spoken(text: str) -> str:
    """An English phrase spelled by ear."""
    return re.sub(r"[a-z]+", lambda found: HEARD.get(found[0]) or _spelled(found[0]), text.lower().replace("'", ""))


def _spelled(word: str) -> str:
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    word = _SOFT_C.sub("s", _HARD_C.sub("k", word))
    return _SILENT.sub("", word) if len(word) > 3 else word
