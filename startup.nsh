# Run by an EFI shell that finds it: starts firstlight from the volume that has its files.
#
# Nothing tells a script which processor it runs on, and an image for another one ends the script
# that names it. So each is started by a script of its own, this one again: `start IMAGE`.
@echo -off
if "%1" == "start" then
  %2
  goto end
endif
for %n run (0 31)
  if exist fs%n:\firstlight.conf then
    %0 start fs%n:\EFI\BOOT\BOOTAA64.EFI
    if %lasterror% == 0x3 then
      echo startup.nsh: that image is for another processor
      %0 start fs%n:\EFI\BOOT\BOOTX64.EFI
    endif
    goto end
  endif
endfor
echo startup.nsh: no volume has a firstlight.conf
:end
