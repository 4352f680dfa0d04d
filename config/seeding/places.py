"""The invented county, and the invented provinces people come home from."""

from dataclasses import dataclass, field

from grid.choices import CODE_LENGTHS
from grid.models import Block, BlockVillage, Place
from grid.pinyin import initials

PROVINCE = "99"
COUNTY = "990101"
UPPER = [
    ("99", "云溪省"),
    ("9901", "澜川市"),
    (COUNTY, "青禾县"),
]
# Origins, with what the risk list says of them: a level, flags.
ORIGINS: list[tuple[str, str, tuple[str, ...]]] = [
    ("98", "海岳省", ()),
    ("9801", "临沧湾市", ()),
    ("980101", "望潮区", ("mid",)),
    ("980102", "石桥区", ()),
    ("980103", "白沙县", ("high",)),
    ("9802", "东陵市", ()),
    ("980201", "松坪区", ("key_concern", "local_cases")),
    ("980202", "柳荫县", ()),
    ("97", "北原省", ()),
    ("9701", "朔安市", ()),
    ("970101", "长堤区", ()),
    ("970102", "雁门洼县", ()),
    ("9902", "南屏市", ()),
    ("990201", "竹溪区", ()),
    ("990202", "清风县", ()),
]
TOWNSHIPS = ["河口镇", "五里街道", "柏山镇", "云台乡", "平湖镇", "石门街道", "高坪乡", "金桥镇"]
VILLAGES = (  # noqa: SIM905  two lines are read at a glance, thirty-six are not
    "东关 西关 南街 北街 上河 下河 前坡 后坡 大槐 小槐 柳林 杏园 石桥 龙泉 凤凰 青石 白杨 双井 "
    "三岔 七里 九岭 桃花 梨树 马庄 李庄 周洼 孟坡 郭岭 谢沟 槐树 竹园 莲塘 松岭 月山 清水 黄土"
).split()


@dataclass(slots=True)
class County:
    """The codes of what was made, level by level."""

    townships: list[str] = field(default_factory=list)
    villages: list[str] = field(default_factory=list)
    grids: list[str] = field(default_factory=list)
    buildings: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def make_county(*, villages: int, townships: int | None = None) -> County:
    """Write the places and return the county; villages are dealt to the townships in turn."""
    count = townships or max(2, min(90, villages // 35 or 2))
    made = County()
    rows = [*UPPER, *((code, name) for code, name, _marks in ORIGINS)]
    for t in range(count):
        code = f"{COUNTY}{101 + t:03d}"
        made.townships.append(code)
        rows.append((code, _township_name(t)))
    for v in range(villages):
        township = made.townships[v % count]
        code = f"{township}{201 + v // count:03d}"
        made.villages.append(code)
        rows.append((code, _village_name(v // count, township)))
        rows.extend(_inside(made, code))
    Place.objects.bulk_create([_place(code, name) for code, name in rows], batch_size=2000)
    made.blocks = _make_blocks(made)
    return made


def _inside(made: County, village: str) -> list[tuple[str, str]]:
    rows = []
    for g in (1, 2):
        grid = f"{village}{g:03d}"
        made.grids.append(grid)
        rows.append((grid, f"第{'一二'[g - 1]}网格"))
        for b in (1, 2):
            building = f"{grid}{b:03d}"
            made.buildings.append(building)
            rows.append((building, f"{2 * (g - 1) + b}号楼"))
    return rows


def _township_name(n: int) -> str:
    name = TOWNSHIPS[n % len(TOWNSHIPS)]
    return name if n < len(TOWNSHIPS) else f"{name[:-1]}{n // len(TOWNSHIPS) + 1}{name[-1]}"


def _village_name(n: int, township: str) -> str:
    stem = VILLAGES[(n + int(township[-3:]) * 7) % len(VILLAGES)]
    turn = n // len(VILLAGES)
    kind = "社区居民委员会" if n % 5 == 4 else "村民委员会"
    return stem + ("" if not turn else str(turn + 1)) + kind


def _place(code: str, name: str) -> Place:
    level = Place.level_of(code)
    shorter = [n for n in CODE_LENGTHS.values() if n < len(code)]
    parent = code[: shorter[-1]] if shorter else None
    return Place(
        code=code, name=name, level=level, parent_id=parent, pinyin=initials(name.split("村民")[0])
    )


def _make_blocks(made: County) -> list[Block]:
    blocks = Block.objects.bulk_create(
        [
            Block(township_id=township, name=name)
            for township in made.townships
            for name in ("东片", "西片")
        ]
    )
    memberships = []
    for township, pair in zip(made.townships, _pairs(blocks), strict=True):
        own = [code for code in made.villages if code.startswith(township)]
        half = (len(own) + 1) // 2
        memberships += [BlockVillage(block=pair[0], village_id=code) for code in own[:half]]
        memberships += [BlockVillage(block=pair[1], village_id=code) for code in own[half:]]
    BlockVillage.objects.bulk_create(memberships)
    return blocks


def _pairs(blocks: list[Block]) -> list[tuple[Block, Block]]:
    return list(zip(blocks[::2], blocks[1::2], strict=True))
