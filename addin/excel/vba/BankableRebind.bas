Option Explicit
Option Private Module
' Books that travel. Excel saves an add-in's function as a link to the add-in's place on the saver's machine; here a book
' that was saved elsewhere, or holds plain names, is bound to this add-in.

Private Const ADDIN_FILE As String = "bankable.xlam"

' Binds a book's functions to this add-in and tells how many links and cells were mended.
Public Function RebindBook(ByVal Book As Object) As Long
    Dim WasSaved As Boolean, Alerts As Boolean, Mended As Long
    If LCase$(Book.FullName) = LCase$(ThisWorkbook.FullName) Then Exit Function
    WasSaved = Book.Saved
    Alerts = Application.DisplayAlerts
    On Error GoTo Finish
    Application.DisplayAlerts = False
    Mended = MendLinks(Book) + MendNames(Book)
Finish:
    Application.DisplayAlerts = Alerts
    If Mended > 0 And WasSaved Then Book.Saved = True
    RebindBook = Mended
End Function

' Other machines are not asked about a link that is only this add-in.
Public Sub QuietLinks(ByVal Book As Object)
    Dim Links As Variant, i As Long
    Links = Book.LinkSources(1)
    If IsEmpty(Links) Then Exit Sub
    For i = LBound(Links) To UBound(Links)
        If Not IsOurs(Links(i)) Then Exit Sub
    Next i
    If Book.UpdateLinks <> 2 Then Book.UpdateLinks = 2
End Sub

Private Function MendLinks(ByVal Book As Object) As Long
    Dim Links As Variant, i As Long
    Links = Book.LinkSources(1)
    If IsEmpty(Links) Then Exit Function
    For i = LBound(Links) To UBound(Links)
        If IsOurs(Links(i)) And LCase$(Links(i)) <> LCase$(ThisWorkbook.FullName) Then
            On Error Resume Next
            Book.ChangeLink Links(i), ThisWorkbook.FullName, 1
            If Err.Number = 0 Then MendLinks = MendLinks + 1
            On Error GoTo 0
        End If
    Next i
End Function

Private Function IsOurs(ByVal Link As String) As Boolean
    Link = LCase$(Replace(Link, "/", "\"))
    IsOurs = (Mid$(Link, InStrRev(Link, "\") + 1) = ADDIN_FILE)
End Function

' Cells that show #NAME? are entered again, so that Excel looks up their functions anew.
Private Function MendNames(ByVal Book As Object) As Long
    Dim Sheet As Object, Broken As Object, Cell As Object
    For Each Sheet In Book.Worksheets
        Set Broken = Nothing
        On Error Resume Next
        Set Broken = Sheet.UsedRange.SpecialCells(-4123, 16)
        On Error GoTo 0
        If Not Broken Is Nothing Then
            For Each Cell In Broken.Cells
                If IsError(Cell.Value2) Then
                    If CLng(Cell.Value2) = 2029 Then MendNames = MendNames + EnterAgain(Cell)
                End If
            Next Cell
        End If
    Next Sheet
End Function

Private Function EnterAgain(ByVal Cell As Object) As Long
    On Error GoTo Unable
    If Cell.HasArray Then
        If Cell.Address <> Cell.CurrentArray.Cells(1, 1).Address Then Exit Function
        Cell.CurrentArray.FormulaArray = PlainNames(Cell.FormulaArray)
    Else
        On Error GoTo Older
        Cell.Formula2 = PlainNames(Cell.Formula2)
    End If
    EnterAgain = 1
    Exit Function
Older:
    Resume WithFormula
WithFormula:
    On Error GoTo Unable
    Cell.Formula = PlainNames(Cell.Formula)
    EnterAgain = 1
    Exit Function
Unable:
    EnterAgain = 0
End Function

' The formula with plain names for our functions: no add-in's path and no other program's spelling before them.
Public Function PlainNames(ByVal Formula As String) As String
    Dim Place As Long, First As Long, Before As Variant
    For Each Before In Array(ADDIN_FILE & "'!", ADDIN_FILE & "!")
        Place = InStr(1, Formula, Before, vbTextCompare)
        Do While Place > 0
            First = Place
            If Right$(Before, 2) = "'!" Then First = InStrRev(Formula, "'", Place)
            If First = 0 Then Exit Do
            Formula = Left$(Formula, First - 1) & Mid$(Formula, Place + Len(Before))
            Place = InStr(1, Formula, Before, vbTextCompare)
        Loop
    Next Before
    For Each Before In Array({spellings})
        Place = InStr(1, Formula, Before, vbTextCompare)
        Do While Place > 0
            If StandsBeforeOurs(Formula, Place, Len(Before)) Then
                Formula = Left$(Formula, Place - 1) & Mid$(Formula, Place + Len(Before))
            Else
                Place = Place + Len(Before)
            End If
            Place = InStr(Place, Formula, Before, vbTextCompare)
        Loop
    Next Before
    PlainNames = Formula
End Function

' Whether what stands at that place is the beginning of a call of ours, outside any text in quotes.
Private Function StandsBeforeOurs(ByVal Formula As String, ByVal Place As Long, ByVal Length As Long) As Boolean
    Dim Bracket As Long, Before As String
    Before = Left$(Formula, Place - 1)
    If (Len(Before) - Len(Replace(Before, Chr(34), ""))) Mod 2 = 1 Then Exit Function
    If Right$(Before, 1) Like "[A-Za-z0-9_.]" Then Exit Function
    Bracket = InStr(Place + Length, Formula, "(")
    If Bracket = 0 Then Exit Function
    StandsBeforeOurs = IsFunctionOfOurs(RTrim$(Mid$(Formula, Place + Length, Bracket - Place - Length)))
End Function
