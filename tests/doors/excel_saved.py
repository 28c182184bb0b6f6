"""A workbook as Excel for Windows saves one that uses the add-in: calls read `[1]!NAME(...)`, and a
link part holds the add-in's path.

It has a second link, to a workbook of rates, so that one can see that only ours is touched. The
parts are written as Excel writes them; only their number is smaller.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
ADDIN_PATH = r"file:///C:\Users\saver\AppData\Roaming\Microsoft\AddIns\bankable.xlam"

SHEET = f"""{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" \
mc:Ignorable="x14ac xr" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" \
xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision"><dimension ref="A1:D9"/>\
<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>\
<sheetData>\
<row r="1" spans="1:4" x14ac:dyDescent="0.25"><c r="A1"><v>0.02</v></c><c r="B1" t="s"><v>0</v></c>\
<c r="C1" s="1"><f>[1]!HAZARD_FROM_PD(A1)</f><v>2.0202707317519466E-2</v></c></row>\
<row r="2" spans="1:4" x14ac:dyDescent="0.25"><c r="A2"><v>4</v></c><c r="B2"><f>C1*2</f><v>4.0405414635038932E-2</v></c>\
<c r="C2"><f>IF(A1&gt;0,"[1]!SURVIVAL("&amp;[1]!HAZARD_FROM_PD(A1)&amp;")",[1]!HAZARD_FROM_PD( A1 ))</f>\
<v>0</v></c></row>\
<row r="3" spans="1:4" x14ac:dyDescent="0.25"><c r="A3"><f t="array" ref="A3:A6">[1]!SURVIVAL(A2,A1,,1)</f><v>0.98019867330675525</v></c>\
<c r="C3"><f t="shared" ref="C3:C5" si="0">[1]!HAZARD_FROM_PD(A3/2)</f><v>0.67</v></c></row>\
<row r="4" spans="1:4" x14ac:dyDescent="0.25"><c r="A4"><v>0.96</v></c><c r="C4"><f t="shared" si="0"/><v>0.65</v></c></row>\
<row r="5" spans="1:4" x14ac:dyDescent="0.25"><c r="A5"><v>0.94</v></c><c r="C5"><f t="shared" si="0"/><v>0.63</v></c></row>\
<row r="6" spans="1:4" x14ac:dyDescent="0.25"><c r="A6"><v>0.92</v></c></row>\
<row r="7" spans="1:4" x14ac:dyDescent="0.25"><c r="A7"><f>[2]Rates!$B$2+1</f><v>1.05</v></c><c r="B7"><f>A7*100</f><v>105</v></c>\
<c r="C7" t="str"><f>"it's "&amp;'[2]Old + rates'!$A$1&amp;Tbl[2]</f><v>it's x</v></c></row>\
<row r="8" spans="1:4" x14ac:dyDescent="0.25"><c r="A8"><f>npv_of_contract</f><v>1024.3907556234844</v></c></row>\
<row r="9" spans="1:4" x14ac:dyDescent="0.25"><c r="A9"><f>'C:\\Other place\\bankable.xlam'!HAZARD_FROM_PD(A1)</f><v>0.02</v></c></row>\
</sheetData>\
<conditionalFormatting sqref="A1"><cfRule type="expression" dxfId="0" priority="1">\
<formula>[1]!HAZARD_FROM_PD($A$1)&gt;0.5</formula></cfRule>\
</conditionalFormatting><conditionalFormatting sqref="A2:A6"><cfRule type="colorScale" priority="2"><colorScale>\
<cfvo type="formula" val="[1]!HAZARD_FROM_PD($A$1)"/><cfvo type="max"/><color rgb="FFF8696B"/><color rgb="FF63BE7B"/></colorScale></cfRule>\
</conditionalFormatting><dataValidations count="1"><dataValidation type="custom" allowBlank="1" showErrorMessage="1" sqref="A1">\
<formula1>[1]!HAZARD_FROM_PD(A1)&lt;1</formula1></dataValidation></dataValidations>\
<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>"""

PARTS = {
    "[Content_Types].xml": (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
        ' Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
        f' ContentType="{SHEETML}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{SHEETML}.worksheet+xml"/><Override'
        ' PartName="/xl/externalLinks/externalLink1.xml"'
        f' ContentType="{SHEETML}.externalLink+xml"/><Override'
        ' PartName="/xl/externalLinks/externalLink2.xml"'
        f' ContentType="{SHEETML}.externalLink+xml"/><Override PartName="/xl/styles.xml"'
        f' ContentType="{SHEETML}.styles+xml"/><Override PartName="/xl/sharedStrings.xml"'
        f' ContentType="{SHEETML}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr'
        ' defaultThemeVersion="166925"/><bookViews><workbookView xWindow="0" yWindow="0"'
        ' windowWidth="28800" windowHeight="12210"/></bookViews><sheets><sheet name="Deal"'
        ' sheetId="1" r:id="rId1"/></sheets><externalReferences><externalReference'
        ' r:id="rId2"/><externalReference'
        ' r:id="rId3"/></externalReferences><definedNames><definedName'
        ' name="npv_of_contract">[1]!OFFTAKE_NPV(0.07,15,100,1,0.02)</definedName><definedName'
        ' name="pd">Deal!$A$1</definedName><definedName'
        ' name="rates">[2]Rates!$A$1:$B$9</definedName></definedNames><calcPr'
        ' calcId="191029"/></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId3"'
        f' Type="{OFFICE}/externalLink" Target="externalLinks/externalLink2.xml"/><Relationship'
        f' Id="rId2" Type="{OFFICE}/externalLink"'
        ' Target="externalLinks/externalLink1.xml"/><Relationship Id="rId1"'
        f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId4"'
        f' Type="{OFFICE}/styles" Target="styles.xml"/><Relationship Id="rId5"'
        f' Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
    "xl/worksheets/sheet1.xml": SHEET,
    "xl/externalLinks/externalLink1.xml": (
        f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}"'
        ' r:id="rId1"><definedNames><definedName name="HAZARD_FROM_PD"/><definedName'
        ' name="OFFTAKE_NPV"/><definedName'
        ' name="SURVIVAL"/></definedNames></externalBook></externalLink>'
    ),
    "xl/externalLinks/_rels/externalLink1.xml.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/externalLinkPath" Target="{ADDIN_PATH}"'
        ' TargetMode="External"/></Relationships>'
    ),
    "xl/externalLinks/externalLink2.xml": (
        f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}"'
        ' r:id="rId1"><sheetNames><sheetName val="Rates"/></sheetNames><sheetDataSet><sheetData'
        ' sheetId="0"><row r="2"><cell'
        ' r="B2"><v>0.05</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>'
    ),
    "xl/externalLinks/_rels/externalLink2.xml.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/externalLinkPath" Target="rates.xlsx"'
        ' TargetMode="External"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name'
        ' val="Calibri"/></font></fonts><fills count="2"><fill><patternFill'
        ' patternType="none"/></fill><fill><patternFill'
        ' patternType="gray125"/></fill></fills><borders'
        ' count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs'
        ' count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs'
        ' count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf'
        ' numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/></cellXfs><dxfs'
        ' count="1"><dxf><font><b/></font></dxf></dxfs></styleSheet>'
    ),
    "xl/sharedStrings.xml": (
        f'{HEAD}<sst xmlns="{MAIN}" count="1" uniqueCount="1">'
        "<si><t>[1]!HAZARD_FROM_PD( is only text here</t></si></sst>"
    ),
}


def write(path: Path) -> Path:
    """Write the workbook."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in PARTS.items():
            package.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)),
                text.encode("utf-8"),
                zipfile.ZIP_DEFLATED,
            )
    return path


def parts(path_or_data: Path | bytes) -> dict[str, str]:
    """The parts of a workbook as texts."""
    import io

    with zipfile.ZipFile(
        path_or_data if isinstance(path_or_data, Path) else io.BytesIO(path_or_data)
    ) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}
